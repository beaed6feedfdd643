#include <erm/compare.hpp>
int main(){}
