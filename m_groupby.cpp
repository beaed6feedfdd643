#include <erm/group_by.hpp>
int main(){}
