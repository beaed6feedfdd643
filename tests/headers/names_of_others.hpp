// The macros that other libraries define, each as an error: a name of ERM's that is one of them would be replaced in
// the files of who includes both. Where none is, ERM compiles as without them.
#pragma once

#include "standard_library.hpp"

// Qt: qobjectdefs.h, qglobal.h
#define slots _Pragma("GCC error \"slots is a macro of other libraries\"")
#define signals _Pragma("GCC error \"signals is a macro of other libraries\"")
#define emit _Pragma("GCC error \"emit is a macro of other libraries\"")
#define foreach(...) _Pragma("GCC error \"foreach is a macro of other libraries\"")
#define forever _Pragma("GCC error \"forever is a macro of other libraries\"")

// windows.h, and what it includes
#undef min
#undef max
#define min(...) _Pragma("GCC error \"min is a macro of other libraries\"")
#define max(...) _Pragma("GCC error \"max is a macro of other libraries\"")
#define near _Pragma("GCC error \"near is a macro of other libraries\"")
#define far _Pragma("GCC error \"far is a macro of other libraries\"")
#define small _Pragma("GCC error \"small is a macro of other libraries\"")
#define interface _Pragma("GCC error \"interface is a macro of other libraries\"")
#define IN _Pragma("GCC error \"IN is a macro of other libraries\"")
#define OUT _Pragma("GCC error \"OUT is a macro of other libraries\"")
#define OPTIONAL _Pragma("GCC error \"OPTIONAL is a macro of other libraries\"")
#define ERROR _Pragma("GCC error \"ERROR is a macro of other libraries\"")
#define DELETE _Pragma("GCC error \"DELETE is a macro of other libraries\"")
#define TEXT(...) _Pragma("GCC error \"TEXT is a macro of other libraries\"")

// glog, Catch2, and their like
#define CHECK(...) _Pragma("GCC error \"CHECK is a macro of other libraries\"")
#define DCHECK(...) _Pragma("GCC error \"DCHECK is a macro of other libraries\"")
#define LOG(...) _Pragma("GCC error \"LOG is a macro of other libraries\"")
#define VLOG(...) _Pragma("GCC error \"VLOG is a macro of other libraries\"")
#define REQUIRE(...) _Pragma("GCC error \"REQUIRE is a macro of other libraries\"")

// AssertMacros.h of macOS
#define check(...) _Pragma("GCC error \"check is a macro of other libraries\"")
#define verify(...) _Pragma("GCC error \"verify is a macro of other libraries\"")

// X11: X.h, Xlib.h
#define None _Pragma("GCC error \"None is a macro of other libraries\"")
#define Bool _Pragma("GCC error \"Bool is a macro of other libraries\"")
#define Status _Pragma("GCC error \"Status is a macro of other libraries\"")
#define Success _Pragma("GCC error \"Success is a macro of other libraries\"")
#define True _Pragma("GCC error \"True is a macro of other libraries\"")
#define False _Pragma("GCC error \"False is a macro of other libraries\"")
#define Always _Pragma("GCC error \"Always is a macro of other libraries\"")
#define Above _Pragma("GCC error \"Above is a macro of other libraries\"")
#define Below _Pragma("GCC error \"Below is a macro of other libraries\"")
#define Complex _Pragma("GCC error \"Complex is a macro of other libraries\"")
#define Unsorted _Pragma("GCC error \"Unsorted is a macro of other libraries\"")

// The C library, the preprocessor in GNU mode, gettext
#define major(...) _Pragma("GCC error \"major is a macro of other libraries\"")
#define minor(...) _Pragma("GCC error \"minor is a macro of other libraries\"")
#undef linux
#undef unix
#define linux _Pragma("GCC error \"linux is a macro of other libraries\"")
#define unix _Pragma("GCC error \"unix is a macro of other libraries\"")
#define I _Pragma("GCC error \"I is a macro of other libraries\"")
#define _(...) _Pragma("GCC error \"_ is a macro of other libraries\"")
