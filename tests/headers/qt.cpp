// ERM in a file of a Qt program, after Qt's own headers and their macros (signals, slots, emit, foreach). A constant
// named as a macro of Linux's headers comes after both.
#include <QObject>

#include "erm/erm.hpp"

constexpr int BLOCK_SIZE = 256;
static_assert(BLOCK_SIZE == 256);

class Window : public QObject {
 signals:
  void shown();

 public slots:
  void show() { emit shown(); }
};
