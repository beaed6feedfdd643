// Compiled for Windows by windows.cmake: all of ERM, whose own declarations of Windows must be those of windows.h.
#include "erm/erm.hpp"

#include <windows.h>
#include <psapi.h>

namespace api = erm::detail::os::api;
static_assert(sizeof(api::FileFacts) == sizeof(BY_HANDLE_FILE_INFORMATION));
static_assert(sizeof(api::MemoryFacts) == sizeof(MEMORYSTATUSEX) && api::MemoryFacts().size == sizeof(MEMORYSTATUSEX));
static_assert(sizeof(api::ProcessMemory) == sizeof(PROCESS_MEMORY_COUNTERS));
static_assert(sizeof(api::Where) == sizeof(OVERLAPPED));
static_assert(api::generic_read == GENERIC_READ && api::generic_write == GENERIC_WRITE);
static_assert(api::delete_access == DELETE && api::synchronize_access == SYNCHRONIZE);
static_assert(api::query_process == PROCESS_QUERY_LIMITED_INFORMATION);
static_assert(api::share_all == (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE));
static_assert(api::create_new == CREATE_NEW);
static_assert(api::open_existing == OPEN_EXISTING && api::replace_existing == MOVEFILE_REPLACE_EXISTING);
static_assert(api::folders_too == FILE_FLAG_BACKUP_SEMANTICS && api::links_themselves == FILE_FLAG_OPEN_REPARSE_POINT);
static_assert(api::temporary == FILE_ATTRIBUTE_TEMPORARY && api::delete_on_close == FILE_FLAG_DELETE_ON_CLOSE);
static_assert(api::is_folder == FILE_ATTRIBUTE_DIRECTORY && api::type_disk == FILE_TYPE_DISK);
static_assert(api::wait_timeout == WAIT_TIMEOUT && api::invalid_function == ERROR_INVALID_FUNCTION);
static_assert(api::file_not_found == ERROR_FILE_NOT_FOUND && api::path_not_found == ERROR_PATH_NOT_FOUND);
static_assert(api::access_denied == ERROR_ACCESS_DENIED && api::sharing_violation == ERROR_SHARING_VIOLATION);
static_assert(api::lock_violation == ERROR_LOCK_VIOLATION && api::end_of_file == ERROR_HANDLE_EOF);
static_assert(api::file_exists == ERROR_FILE_EXISTS && api::already_exists == ERROR_ALREADY_EXISTS);
static_assert(api::broken_pipe == ERROR_BROKEN_PIPE && api::dir_not_empty == ERROR_DIR_NOT_EMPTY);
static_assert(api::not_a_directory == ERROR_DIRECTORY && api::delete_pending == ERROR_DELETE_PENDING);
