// Firefox with a profile of its own, spoken to by WebDriver BiDi through a WebSocket: Debian's Firefox does not speak the protocol
// of playwright's own. The working directory is tests/browser, whose playwright-core brings the WebSocket.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

export const required = createRequire(path.resolve("package.json"));
const { ws: WebSocket } = required("playwright-core/lib/utilsBundle");  // Node has one of its own from 22 on

/// Calls `work` with a page at that URL: `evaluate(function, ...arguments)`, `picture(file)`, and `ask(method, parameters)` of
/// BiDi for what those do not do.
export async function withFirefox(url, size, work) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "firefox-"));
  const firefox = spawn("firefox-esr", ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } });
  try {
    const address = await new Promise((resolve, reject) => {
      let said = "";
      firefox.stderr.on("data", (data) => {
        said += data;
        const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said);
        if (found) resolve(found[1]);
      });
      firefox.once("exit", () => reject(new Error("Firefox ended: " + said)));
    });
    const socket = new WebSocket(address + "/session");
    await once(socket, "open");
    const waiting = new Map();
    let last = 0;
    socket.addEventListener("message", ({ data }) => {
      const answer = JSON.parse(data);
      if (!waiting.has(answer.id)) return;
      const { resolve, reject } = waiting.get(answer.id);
      if (answer.type === "error") reject(new Error(answer.message));
      else resolve(answer.result);
    });
    const ask = (method, params) => new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
    await ask("session.new", { capabilities: {} });
    const { contexts: [{ context }] } = await ask("browsingContext.getTree", {});
    await ask("browsingContext.setViewport", { context, viewport: size });
    await ask("browsingContext.navigate", { context, url, wait: "complete" });
    const evaluate = async (what, ...given) => {
      const expression = `JSON.stringify((${what})(...${JSON.stringify(given)}))`;
      const { result, exceptionDetails } = await ask("script.evaluate", { expression, target: { context }, awaitPromise: false });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result.value === undefined ? undefined : JSON.parse(result.value);
    };
    const picture = async (file) => {
      const { data } = await ask("browsingContext.captureScreenshot", { context });
      fs.writeFileSync(file, Buffer.from(data, "base64"));
    };
    return await work({ evaluate, picture, ask: (method, params) => ask(method, { context, ...params }) });
  } finally {
    const ended = firefox.exitCode === null ? once(firefox, "exit") : null;
    firefox.kill();
    await ended;
    fs.rmSync(profile, { recursive: true, force: true });
  }
}
