#!/usr/bin/env python3
"""Tests `erm watch` in a pseudo-terminal and in tmux, while a training logs.

    watch_terminal.py --program PATH/erm --train PATH/train [--measure] [NAME ...]

--measure prints how long a logged step takes to the screen; without it, only whether all is right counts, and no time.
"""
import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

PATIENCE = 60  # seconds: only a machine that hangs takes so long
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


def environment(**more):
    kept = {key: os.environ[key] for key in ("HOME", "PATH", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS")
            if key in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **more}


def wait_for(what, is_true, patience=PATIENCE):
    end = time.time() + patience
    while not is_true():
        if time.time() > end:
            raise AssertionError(f"waited {patience} s for {what}")
        time.sleep(0.05)


class Terminal:
    """A pseudo-terminal with a process in it, and what that process has written."""

    def __init__(self, arguments, columns=80, rows=24, **more):
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.written = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for number in (0, 1, 2):
                os.dup2(self.slave, number)
            os.closerange(3, 256)
            os.execvpe(arguments[0], arguments, environment(**more))
        self.status = None

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.05):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return b""
        try:
            text = os.read(self.master, 1 << 16)
        except OSError:
            return b""
        self.written += text
        return text

    def read_until(self, text, patience=PATIENCE):
        """Reads until the text has come since the last such call."""
        end = time.time() + patience
        begin = getattr(self, "mark", 0)
        while self.written.find(text, begin) < 0:
            assert time.time() < end, f"waited for {text!r}; the last was {self.written[-2000:]!r}"
            self.read()
        self.mark = self.written.find(text, begin) + len(text)

    def press(self, keys):
        os.write(self.master, keys)

    def has_ended(self):
        self.read(0.01)
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.status = status
        return self.status is not None

    def wait(self):
        wait_for("the end of erm watch", self.has_ended)
        while self.read(0.1):
            pass
        return os.waitstatus_to_exitcode(self.status)

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def kill(self):
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)


class Tmux:
    """A shell in tmux, and the screen as tmux shows it."""

    count = 0

    def __init__(self, folder, columns=80, rows=24):
        Tmux.count += 1
        self.socket = os.path.join(folder, f"tmux-{Tmux.count}")
        self.columns, self.rows = columns, rows
        subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                        "-s", "w", "bash", "--norc", "--noprofile"], check=True, cwd=folder,
                       env=environment(PS1="ready> ", SHELL="/bin/bash"))

    def send(self, *keys):
        subprocess.run(["tmux", "-S", self.socket, "send-keys", "-t", "w", *keys], check=True)

    def lines(self):
        done = subprocess.run(["tmux", "-S", self.socket, "capture-pane", "-t", "w", "-p"], check=True, stdout=subprocess.PIPE)
        lines = done.stdout.decode("utf-8", "replace").split("\n")[:-1]
        return lines

    def wait_for(self, pattern):
        try:
            wait_for(pattern, lambda: re.search(pattern, "\n".join(self.lines())))
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen is\n" + "\n".join(self.lines())) from None
        return "\n".join(self.lines())

    def kill(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], stderr=subprocess.DEVNULL)


class Tests:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="erm-watch-")
        self.registry = os.path.join(self.folder, "registry")
        self.trainings, self.terminals = [], []

    def close(self):
        for one in self.terminals:
            one.kill()
        for one in self.trainings:
            one.kill()
            one.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def train(self, run, *more):
        training = subprocess.Popen([self.options.train, self.registry, run, *more], stdout=subprocess.DEVNULL)
        self.trainings.append(training)
        wait_for("the run", lambda: os.path.exists(os.path.join(self.registry, "watched/main", run, "erm_metadata.json"))
                 or os.path.exists(os.path.join(self.registry, "watched/main", run + "-0", "erm_metadata.json")))
        return training

    def watch(self, *more, **size):
        terminal = Terminal([self.options.program, "watch", "-r", self.registry, *more], **size)
        self.terminals.append(terminal)
        return terminal

    def tmux(self, **size):
        screen = Tmux(self.folder, **size)
        self.terminals.append(screen)
        return screen

    # ---- the state of the terminal ----

    def ends_with(self, end, code=0):
        self.train("night")
        terminal = self.watch()
        terminal.read_until(b"running")
        assert not terminal.is_as_before(), "keys are read at once while it draws"
        end(terminal)
        assert terminal.wait() == code, terminal.status
        assert terminal.is_as_before(), "the settings of the terminal are not as before"
        assert terminal.written.count(ENTER) == terminal.written.count(LEAVE) == 1
        tail = terminal.written[terminal.written.rfind(LEAVE):]
        assert b"\x1b[?25h" in terminal.written[-80:] and b"\x1b[?7h" in terminal.written[-80:], tail

    def test_q_restores_the_terminal(self):
        self.ends_with(lambda terminal: terminal.press(b"q"))

    def test_ctrl_c_restores_the_terminal(self):
        self.ends_with(lambda terminal: terminal.press(b"\x03"))

    def test_sigterm_restores_the_terminal(self):
        self.ends_with(lambda terminal: os.kill(terminal.pid, signal.SIGTERM))

    def test_ctrl_backslash_restores_the_terminal(self):
        self.ends_with(lambda terminal: terminal.press(b"\x1c"))

    def test_a_lost_terminal_ends_it(self):
        self.train("night")
        terminal = self.watch()
        terminal.read_until(b"running")
        os.kill(terminal.pid, signal.SIGHUP)
        assert terminal.wait() == 0

    def test_ctrl_z_restores_the_terminal_and_fg_draws_again(self):
        if not self.options.tmux:
            return "no tmux"
        self.train("night")
        screen = self.tmux()
        screen.wait_for("ready>")
        screen.send("stty -a > before; " + self.options.program + " watch -r registry", "Enter")
        screen.wait_for("night .* running")
        screen.send("C-z")
        screen.wait_for("Stopped")
        screen.send("stty -a > stopped; echo is-$((40 + 2))", "Enter")
        screen.wait_for("is-42")
        screen.send("fg", "Enter")
        assert "Stopped" not in screen.wait_for("night .* running")
        screen.send("q")
        screen.wait_for(r"Stopped(.|\n)*ready>\s*$")
        screen.send("stty -a > after; echo is-$((40 + 3))", "Enter")
        screen.wait_for("is-43")
        settings = [open(os.path.join(self.folder, name)).read() for name in ("before", "stopped", "after")]
        assert settings[0] == settings[1] == settings[2]

    # ---- what the screen shows ----

    def test_lines_that_do_not_change_are_not_written_again(self):
        self.train("night", "--steps", "0").wait()
        terminal = self.watch()
        terminal.read_until(b"finished")
        begin = len(terminal.written)
        end = time.time() + 2.5
        while time.time() < end:
            terminal.read()
        more = terminal.written[begin:]
        assert more.count(b"\x1b[?2026h") <= 6, more
        assert b"loss" not in more and len(more) < 1000, more  # the clock in the title

    def test_keys_change_the_screen(self):
        self.train("night")
        terminal = self.watch()
        terminal.read_until(b"1 of ")
        terminal.press(b"n")
        terminal.read_until(b"2 of ")
        terminal.press(b"\x1b[D")
        terminal.read_until(b"1 of ")
        terminal.press(b"l")
        terminal.read_until(b"logarithmic")
        terminal.press(b"s")
        terminal.read_until(b"smoothed 0.6")
        terminal.press(b"h")
        terminal.read_until(b"Keys of erm watch")
        terminal.press(b"h \x1b[200~q q q\x1b[201~\x1b[99~")
        terminal.read_until(b"paused")
        assert not terminal.has_ended()
        terminal.press(b"q")
        assert terminal.wait() == 0

    def test_a_smaller_window_is_filled_anew(self):
        self.train("night")
        terminal = self.watch(columns=120, rows=40)
        terminal.read_until(b"\x1b[40;1H")
        terminal.resize(60, 12)
        terminal.read_until(b"\x1b[2J")
        begin = terminal.mark
        terminal.read_until(b"\x1b[12;1H")
        rows = [int(row) for row in re.findall(rb"\x1b\[(\d+);1H", terminal.written[begin:])]
        assert max(rows) <= 12, rows
        terminal.press(b"q")
        assert terminal.wait() == 0

    def test_no_color_is_asked_for(self):
        self.train("night")
        terminal = Terminal([self.options.program, "watch", "-r", self.registry], NO_COLOR="1")
        self.terminals.append(terminal)
        terminal.read_until(b"loss")
        assert not re.search(rb"\x1b\[3\dm", terminal.written)
        terminal.press(b"q")
        assert terminal.wait() == 0
        terminal = self.watch()
        terminal.read_until(b"\x1b[32m")
        terminal.press(b"q")
        assert terminal.wait() == 0

    def test_tmux_shows_a_run_from_its_beginning_to_its_end(self):
        if not self.options.tmux:
            return "no tmux"
        screen = self.tmux()
        screen.wait_for("ready>")
        screen.send(self.options.program + " watch -r registry", "Enter")
        screen.wait_for("no registry .*yet; waiting")
        training = self.train("night", "--steps", "5000")
        text = screen.wait_for(r"night .*running .*step \d+/5000 .* left")
        assert "1 running" in text and "loss" in text and "of the training" in text and "system" in text, text
        lines = screen.lines()
        assert len(lines) == 24 and all(len(line) <= 80 for line in lines), lines
        training.kill()
        training.wait()
        screen.wait_for("night .*killed")
        training = self.train("night", "--steps", "5000", "--resume")
        screen.wait_for(r"night .*running .*step")
        self.train("day", "--steps", "30", "--fail")
        screen.wait_for(r"\bb day .*failed .*the loss is  ?NaN|\bday .*failed")
        training.kill()
        training.wait()
        subprocess.run([self.options.program, "rm", "-r", self.registry, "night"], check=True, stdout=subprocess.DEVNULL)
        screen.wait_for("night .*deleted")
        self.train("night", "--steps", "20")
        screen.wait_for("night .*replaced")
        screen.send("q")
        screen.wait_for(r"ready>\s*$")

    def test_tmux_shows_many_runs_at_any_size(self):
        if not self.options.tmux:
            return "no tmux"
        self.train("many", "--runs", "20", "--metrics", "10")
        for columns, rows in ((80, 24), (200, 50), (40, 10), (12, 4), (3, 2)):
            screen = self.tmux(columns=columns, rows=rows)
            time.sleep(0.3)
            screen.send("clear; " + self.options.program + " watch -r registry", "Enter")
            wait_for("a frame", lambda: not any("ready" in line or "$" in line for line in screen.lines()) and
                     any(line.strip() for line in screen.lines()))
            time.sleep(1.2)
            lines = screen.lines()
            assert len(lines) == rows, lines
            assert lines[0].strip() or columns < 10, lines  # nothing has scrolled
            if columns >= 40:
                assert "running" in lines[0], lines
            if self.options.show:
                print("\n".join(lines))
            screen.send("q")

    # ---- without a terminal ----

    def test_lines_are_written_where_there_is_no_terminal(self):
        self.train("night", "--steps", "30")
        done = subprocess.run([self.options.program, "watch", "-r", self.registry, "--interval", "0.3"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, env=environment(), timeout=PATIENCE)
        lines = done.stdout.decode().splitlines()
        assert done.returncode == 0, done
        assert b"\x1b" not in done.stdout
        assert len(lines) >= 3 and re.fullmatch(r"\d\d:\d\d:\d\d UTC  night  running.*", lines[0]), lines
        assert re.search(r"night  finished  step 30  loss \S+  val/acc", lines[-1]), lines

    def test_a_filter_takes_runs_that_begin_later(self):
        watch = subprocess.Popen([self.options.program, "watch", "-r", self.registry, "--json", "lr > 0"], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.trainings.append(watch)
        time.sleep(0.5)
        self.train("first", "--steps", "100")
        self.train("second", "--steps", "40")
        printed, warned = watch.communicate(timeout=PATIENCE)
        lines = printed.decode().splitlines()
        assert watch.returncode == 0 and b"yet; waiting" in warned, (watch.returncode, warned)
        for run in ("first", "second"):
            states = [re.search('"status":"([a-z]+)"', line).group(1) for line in lines if f'"run":"{run}"' in line]
            assert states[0] == "running" and states[-1] == "finished", states

    def test_a_run_that_fails_is_the_answer_no(self):
        self.train("night", "--steps", "5", "--fail")
        done = subprocess.run([self.options.program, "watch", "-r", self.registry, "--json", "night"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, env=environment(), timeout=PATIENCE)
        assert done.returncode == 1, done
        assert b'"status":"failed"' in done.stdout.splitlines()[-1]

    def test_a_run_that_is_gone_is_the_answer_no(self):
        for what in ("watched/main/night", "watched", ""):  # the run, its experiment, the registry
            training = self.train("night", "--steps", "1000000")
            watch = subprocess.Popen([self.options.program, "watch", "-r", self.registry, "--json", "--interval", "0.1", "night"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment())
            self.trainings.append(watch)
            assert b'"status":"running"' in watch.stdout.readline()
            training.kill()
            training.wait()
            shutil.move(os.path.join(self.registry, what), os.path.join(self.folder, "gone"))
            shutil.rmtree(os.path.join(self.folder, "gone"))
            printed, _ = watch.communicate(timeout=PATIENCE)
            assert watch.returncode == 1, (what, watch.returncode)
            assert b'"status":"deleted"' in printed.splitlines()[-1], (what, printed)

    # ---- a page ----

    def test_a_page_is_kept_up_to_date_until_all_runs_have_ended(self):
        page = os.path.join(self.folder, "page.html")

        def says(text):
            return os.path.exists(page) and text in open(page, encoding="utf-8").read()

        for how, code, word in (("ends", 0, "1 finished"), ("is killed", 1, "1 killed")):
            if os.path.exists(page):
                os.remove(page)
            training = self.train("night-" + how[:2], "--steps", "1000000" if how == "is killed" else "100", "--rate", "20")
            watch = subprocess.Popen([self.options.program, "watch", "-r", self.registry, "night-" + how[:2], "-o", page, "--interval", "0.1"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
            self.trainings.append(watch)
            wait_for("the page", lambda: says("1 running"))
            if how == "is killed":
                training.kill()
            printed, warned = watch.communicate(timeout=PATIENCE)
            assert (watch.returncode, printed, warned) == (code, b"", b""), (watch.returncode, printed, warned)
            assert says(word) and says(" data-over>")

    # ---- measured ----

    def measure_delay(self):
        times_file = os.path.join(self.folder, "times")
        self.train("night", "--times", times_file, "--steps", "600")
        terminal = self.watch()
        seen, end = [], time.time() + 40
        while time.time() < end:
            text = terminal.read(0.01)
            now = time.time()
            for step in re.findall(rb"step (\d+)", text):
                seen.append((int(step), now))
        delays = []
        for line in open(times_file):
            step, logged = int(line.split()[0]), float(line.split()[1])
            shown = [now for at, now in seen if at >= step]
            if shown:
                delays.append(shown[0] - logged)
        delays = sorted(delays[20:])
        print(f"logged to shown: median {delays[len(delays) // 2]:.2f} s, 95 % {delays[len(delays) * 95 // 100]:.2f} s, "
              f"greatest {delays[-1]:.2f} s of {len(delays)} steps")

    def measure_load(self):
        """20 runs x 10 metrics at 10 points a second each, with 10 million points on disk."""
        points = int(os.environ.get("ERM_WATCH_POINTS", "10000000"))
        self.train("many", "--runs", "20", "--metrics", "10", "--before", str(points // 200), "--steps", str(points // 200 + 5000))
        size, before = 0, 0
        while size < points * 15 or size - before > 10 ** 6:  # until the points from before are on disk
            time.sleep(3)
            before = size
            size = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(self.registry)
                       for name in names if name.endswith(".csv"))
        begin = time.time()
        terminal = self.watch(columns=200, rows=50)
        terminal.read_until(b"20 running", 600)
        first = time.time() - begin

        def seconds():
            fields = open(f"/proc/{terminal.pid}/stat").read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        def read_for(length):
            end, count = time.time() + length, len(terminal.written)
            while time.time() < end:
                terminal.read(0.1)
            return len(terminal.written) - count

        read_for(5)
        used, begin = seconds(), time.time()
        written = read_for(40)
        share = (seconds() - used) / (time.time() - begin)
        status = open(f"/proc/{terminal.pid}/status").read()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
        now = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
        print(f"{size / 1e6:.0f} MB on disk: first frame after {first:.1f} s, then {100 * share:.1f} % of a core, "
              f"{now:.0f} MiB (at most {peak:.0f}), {written / 40 / 1024:.1f} KiB/s to the terminal")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--show", action="store_true", help="print the screens of tmux")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    options.program, options.train = os.path.abspath(options.program), os.path.abspath(options.train)
    options.tmux = shutil.which("tmux") is not None
    failed = 0
    names = [name for name in dir(Tests) if name.startswith("measure" if options.measure else "test_")]
    for name in names:
        if options.names and not any(part in name for part in options.names):
            continue
        tests = Tests(options)
        try:
            skipped = getattr(tests, name)()
            print(f"{name}: " + (f"skipped, {skipped}" if skipped else "passed"), flush=True)
        except Exception as error:  # the other tests still tell something
            failed += 1
            print(f"{name}: FAILED: {type(error).__name__}: {error}", flush=True)
        finally:
            tests.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
