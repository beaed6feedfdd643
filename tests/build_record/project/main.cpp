void print_provenance();

int main() { print_provenance(); }
