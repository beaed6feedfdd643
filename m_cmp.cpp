#include <erm/comparison.hpp>
int main(){}
