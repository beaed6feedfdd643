#include <erm/experiment_run.hpp>
int main(){}
