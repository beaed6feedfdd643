void print_record();
void print_provenance();

void print_provenance() { print_record(); }
