// The functions of Windows that ERM calls, declared as in <windows.h>. That header would define its macros (min, max,
// small ...) in every file that includes ERM, and slow down its compilation. A file may include both, in any order.
#pragma once

#include <cstddef>
#include <cstdint>

struct HINSTANCE__;
struct _BY_HANDLE_FILE_INFORMATION;
struct _FILETIME;
struct _MEMORYSTATUSEX;
struct _OVERLAPPED;
struct _PROCESS_MEMORY_COUNTERS;
struct _SECURITY_ATTRIBUTES;

namespace erm::detail::os::api {

extern "C" {

__declspec(dllimport) unsigned long __stdcall GetLastError();
__declspec(dllimport) int __stdcall CloseHandle(void* handle);

// Files. A file that the C runtime opened can be neither renamed nor removed while it is open.
__declspec(dllimport) void* __stdcall CreateFileW(const wchar_t* path, unsigned long access, unsigned long share,
                                                  _SECURITY_ATTRIBUTES* security, unsigned long disposition,
                                                  unsigned long flags, void* model);
__declspec(dllimport) int __stdcall ReadFile(void* file, void* into, unsigned long size, unsigned long* got,
                                             _OVERLAPPED* where);
__declspec(dllimport) int __stdcall WriteFile(void* file, const void* data, unsigned long size, unsigned long* put,
                                              _OVERLAPPED* where);
__declspec(dllimport) unsigned long __stdcall SetFilePointer(void* file, long low, long* high, unsigned long from);
__declspec(dllimport) int __stdcall SetEndOfFile(void* file);
__declspec(dllimport) int __stdcall FlushFileBuffers(void* file);
__declspec(dllimport) int __stdcall LockFile(void* file, unsigned long offset_low, unsigned long offset_high,
                                             unsigned long size_low, unsigned long size_high);
__declspec(dllimport) unsigned long __stdcall GetFileType(void* file);
__declspec(dllimport) int __stdcall GetFileInformationByHandle(void* file, _BY_HANDLE_FILE_INFORMATION* facts);

// Names.
__declspec(dllimport) int __stdcall CreateDirectoryW(const wchar_t* path, _SECURITY_ATTRIBUTES* security);
__declspec(dllimport) int __stdcall RemoveDirectoryW(const wchar_t* path);
__declspec(dllimport) int __stdcall DeleteFileW(const wchar_t* path);
__declspec(dllimport) int __stdcall MoveFileExW(const wchar_t* from, const wchar_t* to, unsigned long flags);

// The machine, and the command line of this process.
__declspec(dllimport) int __stdcall GlobalMemoryStatusEx(_MEMORYSTATUSEX* memory);
__declspec(dllimport) wchar_t* __stdcall GetCommandLineW();
__declspec(dllimport) unsigned long __stdcall GetModuleFileNameW(HINSTANCE__* module, wchar_t* path,
                                                                 unsigned long size);

// Libraries.
__declspec(dllimport) HINSTANCE__* __stdcall GetModuleHandleW(const wchar_t* name);
__declspec(dllimport) int __stdcall K32EnumProcessModules(void* process, HINSTANCE__** modules, unsigned long size,
                                                          unsigned long* needed);
__declspec(dllimport) HINSTANCE__* __stdcall LoadLibraryA(const char* name);
__declspec(dllimport) std::intptr_t(__stdcall* __stdcall GetProcAddress(HINSTANCE__* library, const char* name))();

// Processes and threads.
__declspec(dllimport) int __stdcall GetComputerNameW(wchar_t* name, unsigned long* size);
__declspec(dllimport) unsigned long __stdcall GetCurrentProcessId();
__declspec(dllimport) void* __stdcall GetCurrentProcess();
__declspec(dllimport) int __stdcall K32GetProcessMemoryInfo(void* process, _PROCESS_MEMORY_COUNTERS* memory,
                                                            unsigned long size);
__declspec(dllimport) void* __stdcall OpenProcess(unsigned long access, int inherit, unsigned long number);
__declspec(dllimport) int __stdcall GetProcessTimes(void* process, _FILETIME* created, _FILETIME* ended,
                                                    _FILETIME* kernel, _FILETIME* user);
__declspec(dllimport) void* __stdcall CreateEventW(_SECURITY_ATTRIBUTES* security, int manual_reset, int is_set,
                                                   const wchar_t* name);
__declspec(dllimport) int __stdcall SetEvent(void* event);
__declspec(dllimport) unsigned long __stdcall WaitForSingleObject(void* handle, unsigned long milliseconds);
__declspec(dllimport) void __stdcall Sleep(unsigned long milliseconds);

}  // extern "C"

// The structures and constants of those functions, from <winnt.h>, <winbase.h> and <winerror.h>.
inline constexpr unsigned long generic_read = 0x80000000;
inline constexpr unsigned long generic_write = 0x40000000;
inline constexpr unsigned long delete_access = 0x00010000;
inline constexpr unsigned long synchronize_access = 0x00100000;
inline constexpr unsigned long query_process = 0x1000;
inline constexpr unsigned long share_all = 7;  // to read, write, and rename or remove
inline constexpr unsigned long create_new = 1;
inline constexpr unsigned long open_existing = 3;
inline constexpr unsigned long folders_too = 0x02000000;       // FILE_FLAG_BACKUP_SEMANTICS
inline constexpr unsigned long links_themselves = 0x00200000;  // FILE_FLAG_OPEN_REPARSE_POINT
inline constexpr unsigned long temporary = 0x00000100;
inline constexpr unsigned long delete_on_close = 0x04000000;
inline constexpr unsigned long is_folder = 0x10;
inline constexpr unsigned long type_disk = 1;
inline constexpr unsigned long replace_existing = 1;
inline constexpr unsigned long wait_timeout = 258;

inline constexpr unsigned long file_not_found = 2;
inline constexpr unsigned long path_not_found = 3;
inline constexpr unsigned long access_denied = 5;
inline constexpr unsigned long sharing_violation = 32;
inline constexpr unsigned long lock_violation = 33;
inline constexpr unsigned long end_of_file = 38;
inline constexpr unsigned long file_exists = 80;
inline constexpr unsigned long broken_pipe = 109;
inline constexpr unsigned long dir_not_empty = 145;
inline constexpr unsigned long already_exists = 183;
inline constexpr unsigned long not_a_directory = 267;
inline constexpr unsigned long delete_pending = 303;
inline constexpr unsigned long invalid_function = 1;

/// BY_HANDLE_FILE_INFORMATION
struct FileFacts {
  unsigned long attributes;
  unsigned long times[6];
  unsigned long volume;
  unsigned long size_high, size_low;
  unsigned long links;
  unsigned long index_high, index_low;
};

/// MEMORYSTATUSEX
struct MemoryFacts {
  unsigned long size = 64;
  unsigned long load = 0;
  unsigned long long physical = 0;
  unsigned long long others[6] = {};
};

/// PROCESS_MEMORY_COUNTERS
struct ProcessMemory {
  unsigned long size = sizeof(ProcessMemory);
  unsigned long faults = 0;
  std::size_t peak = 0;
  std::size_t resident = 0;
  std::size_t others[6] = {};
};

/// OVERLAPPED
struct Where {
  void* internal[2] = {};
  unsigned long offset_low, offset_high;
  void* event = nullptr;
};

/// A handle, closed with the object.
class Handle {
 public:
  Handle() = default;
  /// For a failure some functions return null, others INVALID_HANDLE_VALUE.
  explicit Handle(void* value) : value_(value == reinterpret_cast<void*>(std::intptr_t{-1}) ? nullptr : value) {}
  Handle(Handle&& other) noexcept : value_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    void* const mine = value_;
    value_ = other.value_;
    other.value_ = mine;
    return *this;
  }
  ~Handle() {
    if (value_ != nullptr) CloseHandle(value_);
  }

  explicit operator bool() const noexcept { return value_ != nullptr; }
  [[nodiscard]] void* get() const noexcept { return value_; }
  void* release() noexcept {
    void* const value = value_;
    value_ = nullptr;
    return value;
  }

 private:
  void* value_ = nullptr;
};

}  // namespace erm::detail::os::api
