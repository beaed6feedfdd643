// Both files of the program say what is true of them, whichever the linker took the code of ERM from.
bool begin_runs_of_debug_file();
bool begin_runs_of_release_file();

int main() {
  const bool debug_is_right = begin_runs_of_debug_file();
  const bool release_is_right = begin_runs_of_release_file();
  return debug_is_right && release_is_right ? 0 : 1;
}
