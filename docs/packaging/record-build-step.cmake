# A step of each build, for record-build.cmake: asks git, and writes the record as C++ if it has changed.
#   cmake -DFACTS=<facts from CMake about the target> -DOUTPUT=<file to write> -P record-build-step.cmake
# It does not fail because of git: if git cannot answer, the record has the reason instead.
#
# A record consists of fields: a name, US, a value, RS. GS separates the elements of a list. The last field is the diff,
# which may contain any bytes. include/erm/detail/provenance/build_text.hpp reads it.
cmake_minimum_required(VERSION 3.16)

include("${FACTS}")
string(ASCII 29 GS)
string(ASCII 30 RS)
string(ASCII 31 US)

function(add_field name value)
  if(NOT value STREQUAL "")
    string(REGEX REPLACE "[${RS}${US}]" " " value "${value}")
    set_property(GLOBAL APPEND_STRING PROPERTY record "${name}${US}${value}${RS}")
  endif()
endfunction()

function(add_list name)
  string(REPLACE ";" "${GS}" joined "${ARGN}")
  add_field(${name} "${joined}")
endfunction()

function(miss name why)
  string(REGEX REPLACE "[\r\n]+" " " why "${why}")
  string(STRIP "${why}" why)
  add_field("missing.${name}" "${why}")
endfunction()

# ---- the build ----

add_field(target "${target}")
string(TOLOWER "${type}" kind)
string(REPLACE "_" " " kind "${kind}")
add_field(target_type "${kind}")
add_field(compiler "${compiler}")
add_field(build_type "${build_type}")
if(build_type STREQUAL "")
  miss(build.build_type "CMAKE_BUILD_TYPE was not set")
endif()

separate_arguments(all NATIVE_COMMAND "${flags} ${old_flags}")
foreach(option IN LISTS options)
  if(option MATCHES "^SHELL:(.*)$")
    separate_arguments(option NATIVE_COMMAND "${CMAKE_MATCH_1}")
  endif()
  list(APPEND all ${option})
endforeach()
set(flags "")
set(optimisation "")
set(takes_value FALSE)
foreach(option IN LISTS all)
  if(takes_value)
    list(APPEND definitions "${option}")
    set(takes_value FALSE)
  elseif(option MATCHES "^[-/]D$")
    set(takes_value TRUE)
  elseif(option MATCHES "^[-/]D(.+)$")
    list(APPEND definitions "${CMAKE_MATCH_1}")
  else()
    list(APPEND flags "${option}")
    if(option MATCHES "^[-/]O")
      set(optimisation "${option}")
    endif()
  endif()
endforeach()
if(optimisation STREQUAL "" AND compiler MATCHES "^(GNU|(Apple)?Clang) ")
  set(optimisation -O0)
endif()
add_list(flags ${flags})
add_field(optimisation "${optimisation}")

set(shown "")
foreach(definition IN LISTS definitions)
  string(REGEX REPLACE "^-D" "" definition "${definition}")
  string(REGEX REPLACE "=.*" "" name "${definition}")
  string(TOUPPER "${name}" upper)
  if(upper MATCHES "SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|(^|_)AUTH(_|$)")
    string(REGEX REPLACE "=.*" "=***" definition "${definition}")
  endif()
  list(APPEND shown "${definition}")
endforeach()
list(REMOVE_DUPLICATES shown)
add_list(definitions ${shown})
add_list(libraries ${libraries})

# ---- the code ----

foreach(variable GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_OBJECT_DIRECTORY GIT_COMMON_DIR GIT_NAMESPACE
        GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_TRACE)
  unset(ENV{${variable}})  # of a hook that builds, say
endforeach()
set(ENV{GIT_OPTIONAL_LOCKS} 0)
set(ENV{GIT_TERMINAL_PROMPT} 0)
set(ENV{LC_ALL} C)

# git(<arguments>): runs git. `failed` is its exit status, `out` its output and `why` its error output.
function(git)
  execute_process(COMMAND ${git} -c core.fsmonitor=false -c core.quotePath=false ${ARGN} WORKING_DIRECTORY "${folder}"
                  TIMEOUT 30 OUTPUT_VARIABLE out ERROR_VARIABLE why RESULT_VARIABLE failed)
  if(NOT failed MATCHES "^[0-9]+$" AND why STREQUAL "")
    set(why "${failed}")  # such as "Process terminated due to timeout"
  endif()
  foreach(result out why failed)
    set(${result} "${${result}}" PARENT_SCOPE)
  endforeach()
endfunction()

# Removes user names and passwords from a URL. For ssh the user name is part of the address and stays.
function(without_credentials url result)
  if(url MATCHES "^([A-Za-z0-9+.:-]*)://([^/?#]*)(.*)$")
    set(scheme "${CMAKE_MATCH_1}")
    set(server "${CMAKE_MATCH_2}")
    set(path "${CMAKE_MATCH_3}")
    if(NOT server MATCHES "@" AND server MATCHES ":[^0-9]" AND NOT server MATCHES "\\]" AND path MATCHES "@")
      string(REGEX REPLACE "^.*@" "" url "${path}")  # a password that contains a slash
      string(REGEX MATCH "^([^/?#]*)(.*)$" ignored "${url}")
      set(server "${CMAKE_MATCH_1}")
      set(path "${CMAKE_MATCH_2}")
    elseif(scheme MATCHES "ssh")
      string(REGEX REPLACE ":[^@]*.*@" "@" server "${server}")
    else()
      string(REGEX REPLACE "^.*@" "" server "${server}")
    endif()
    string(REGEX REPLACE "[?#].*" "" path "${path}")
    set(url "${scheme}://${server}${path}")
  endif()
  set(${result} "${url}" PARENT_SCOPE)
endfunction()

# Temporary files lie in a folder of this step's own: two builds in one build folder may take the same step at once. A
# killed step leaves its folder; a later one removes it after a day.
string(RANDOM LENGTH 16 ALPHABET 0123456789abcdef own)
set(work "${OUTPUT}.part-${own}")
string(TIMESTAMP a_day_ago "%s" UTC)
math(EXPR a_day_ago "${a_day_ago} - 86400")
file(GLOB left "${OUTPUT}.part-*")
foreach(old IN LISTS left)
  file(TIMESTAMP "${old}" time "%s" UTC)
  if(time LESS a_day_ago)
    file(REMOVE_RECURSE "${old}")
  endif()
endforeach()
file(MAKE_DIRECTORY "${work}")

set(diff "${work}/diff")
set(diff_hash "")
set(folder "${source_dir}")
if(GIT_EXECUTABLE)
  set(git "${GIT_EXECUTABLE}")
else()
  find_program(git NAMES git)
endif()

function(ask_git)
  if(NOT git)
    miss(code "git is not installed where the program was built")
    return()
  endif()
  git(rev-parse --show-toplevel)
  if(failed)
    miss(code "git said at the build: ${why}")
    return()
  endif()
  string(REGEX REPLACE "\n$" "" folder "${out}")

  # The build folder is not part of the code, nor is a registry with runs.
  get_filename_component(top "${folder}" REALPATH)
  get_filename_component(built "${binary_dir}" REALPATH)
  file(RELATIVE_PATH built "${top}" "${built}")
  set(but_for "")
  if(built AND NOT built MATCHES "^\\.\\.(/|$)" AND NOT IS_ABSOLUTE "${built}")
    set(but_for -- ":(top)" ":(top,exclude,literal)${built}")
  endif()
  git(status --porcelain=v2 --branch --untracked-files=normal ${but_for})
  if(failed)
    miss(code "git said at the build: ${why}")
    return()
  endif()
  set(commit "")
  if(out MATCHES "# branch.oid ([0-9a-f]+)\n")
    set(commit "${CMAKE_MATCH_1}")
    add_field(commit ${commit})
  else()
    miss(code.commit "the repository has no commits")
  endif()
  if(NOT out MATCHES "# branch.head ([^\n]*)\n" OR CMAKE_MATCH_1 STREQUAL "(detached)")
    miss(code.branch "the head is detached")
  else()
    set(branch "${CMAKE_MATCH_1}")
    add_field(branch "${branch}")
  endif()
  set(dirty false)
  if(out MATCHES "\n[12u] ")
    set(dirty true)
  endif()
  set(untracked "")
  set(rest "${out}")
  foreach(number RANGE 1 100)
    string(FIND "${rest}" "\n? " at)
    if(at LESS 0)
      break()
    endif()
    math(EXPR at "${at} + 3")
    string(SUBSTRING "${rest}" ${at} -1 rest)
    string(FIND "${rest}" "\n" end)
    string(SUBSTRING "${rest}" 0 ${end} path)
    string(SUBSTRING "${rest}" ${end} -1 rest)
    if(NOT EXISTS "${folder}/${path}.erm_registry.json")
      set(dirty true)
      string(APPEND untracked "${GS}${path}")
    endif()
  endforeach()
  add_field(dirty ${dirty})
  string(REGEX REPLACE "^${GS}" "" untracked "${untracked}")
  add_field(untracked "${untracked}")

  if(commit)
    git(tag --points-at HEAD)
    string(REGEX REPLACE "\n.*" "" tag "${out}")
    add_field(tag "${tag}")
  endif()
  git(config --get-regexp "^remote\\..*\\.url$")
  if(NOT out MATCHES "remote\\.origin\\.url ([^\n]*)")
    string(REGEX MATCH "\\.url ([^\n]*)" ignored "${out}")
  endif()
  without_credentials("${CMAKE_MATCH_1}" remote)
  add_field(remote "${remote}")
  if(remote STREQUAL "")
    miss(code.remote "the repository has no remote")
  endif()

  # The diff. Untracked sources of the target are in it as if they had been added.
  set(options --no-ext-diff --no-textconv --no-color --full-index --src-prefix=a/ --dst-prefix=b/)
  if(NOT dirty)
    return()
  endif()
  # git diff updates the entries of touched files in the index. It gets a copy of the index, so that a commit at the
  # same time does not find it locked. The copy keeps its time, because git reads the files that are as new as the
  # index: their size and time do not show whether they were edited.
  git(rev-parse --git-path index)
  string(REGEX REPLACE "\n$" "" index "${out}")
  get_filename_component(index "${index}" ABSOLUTE BASE_DIR "${folder}")
  if(EXISTS "${index}")
    file(COPY "${index}" DESTINATION "${work}/index")
    get_filename_component(name "${index}" NAME)
    set(ENV{GIT_INDEX_FILE} "${work}/index/${name}")
  endif()
  if(commit)
    execute_process(COMMAND ${git} -c core.fsmonitor=false -c core.quotePath=false -c diff.renames=true diff HEAD
                            ${options} --submodule=diff
                    WORKING_DIRECTORY "${folder}" TIMEOUT 30 OUTPUT_FILE "${diff}" ERROR_VARIABLE why
                    RESULT_VARIABLE failed)
    if(NOT failed EQUAL 0)
      miss(code.diff "git said at the build: ${failed} ${why}")
      file(REMOVE "${diff}")
    endif()
  else()
    miss(code.diff "the repository has no commits")
  endif()
  if(commit AND untracked AND failed EQUAL 0)
    foreach(source IN LISTS sources)
      get_filename_component(source "${source}" ABSOLUTE BASE_DIR "${source_dir}")
      get_filename_component(source "${source}" REALPATH)
      file(RELATIVE_PATH path "${top}" "${source}")
      if(path MATCHES "^\\.\\.(/|$)" OR IS_ABSOLUTE "${path}" OR NOT EXISTS "${source}")
        continue()
      endif()
      git(ls-files --others --exclude-standard -- ":(top,literal)${path}")
      if(NOT failed EQUAL 0 OR out STREQUAL "")
        continue()
      endif()
      execute_process(COMMAND ${git} diff --no-index ${options} -- /dev/null "${path}" WORKING_DIRECTORY "${folder}"
                      TIMEOUT 30 OUTPUT_FILE "${diff}.new" ERROR_QUIET RESULT_VARIABLE ignored)
      execute_process(COMMAND ${CMAKE_COMMAND} -E cat "${diff}" "${diff}.new" OUTPUT_FILE "${diff}.both")
      file(RENAME "${diff}.both" "${diff}")
      file(REMOVE "${diff}.new")
    endforeach()
  endif()
  if(EXISTS "${diff}")
    file(SIZE "${diff}" size)
    if(size GREATER 0)
      file(SHA256 "${diff}" hash)
      add_field(diff_sha256 ${hash})
      add_field(diff_bytes ${size})
      if(size GREATER max_diff_bytes)
        miss(code.diff "it is longer than MAX_DIFF_BYTES of erm_record_build, ${max_diff_bytes}")
        file(REMOVE "${diff}")
      endif()
    endif()
  endif()
endfunction()
ask_git()

# ---- the record, if it has changed ----

if(NOT "$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  miss(build.time_utc "SOURCE_DATE_EPOCH was set, so that builds are the same at any time")
endif()
get_property(record GLOBAL PROPERTY record)
file(SHA256 "${CMAKE_CURRENT_LIST_FILE}" this_step)
string(SHA256 state "${this_step} ${symbol} ${record}")
set(first_line "// ${state}")
if(EXISTS "${OUTPUT}")
  file(STRINGS "${OUTPUT}" before LIMIT_COUNT 1)
endif()
if(before STREQUAL first_line)
  file(REMOVE_RECURSE "${work}")
  return()
endif()

if("$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  string(TIMESTAMP now "%Y-%m-%dT%H:%M:%S" UTC)
  add_field(time_utc "${now}")
  get_property(record GLOBAL PROPERTY record)
endif()
set(head "${work}/head")
if(EXISTS "${diff}")
  set(record "${record}diff${US}")
endif()
file(WRITE "${head}" "${record}")
file(READ "${head}" bytes HEX)
if(EXISTS "${diff}")
  file(READ "${diff}" more HEX)
  string(APPEND bytes "${more}")
endif()
string(LENGTH "${bytes}" size)
math(EXPR size "${size} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")

set(text "${first_line}
// A note, as ELF has it, in a section that ERM finds in the running program.
// NOLINTBEGIN

#if defined(_MSVC_LANG)
#define ERM_RECORD_STANDARD _MSVC_LANG
#else
#define ERM_RECORD_STANDARD __cplusplus
#endif

#if defined(_WIN32)
#define ERM_RECORD_PLACE section(\"ermrecrd\")
#elif defined(__APPLE__)
#define ERM_RECORD_PLACE section(\"__DATA,__erm_record\"), visibility(\"hidden\")
#else
#define ERM_RECORD_PLACE section(\".note.erm\"), visibility(\"hidden\")
#endif

namespace erm {
namespace detail {

struct ${symbol}_note {
  unsigned name_size, text_size, type;
  char name[4];
  unsigned standard;
  unsigned char text[(${size} + 3) / 4 * 4];
};

extern \"C\" {
#if defined(_MSC_VER) && !defined(__clang__)
#pragma section(\"ermrecrd\", read)
__declspec(allocate(\"ermrecrd\"))
#else
__attribute__((aligned(4), ERM_RECORD_PLACE)) extern const ${symbol}_note ${symbol};
__attribute__((used))
#endif
#if defined(__clang__)
__attribute__((no_sanitize(\"address\")))  // which would put a guard behind it, between notes
#endif
extern const ${symbol}_note ${symbol} = {
  4, ${size} + 4, 1, {'E', 'R', 'M', 0}, static_cast<unsigned>(ERM_RECORD_STANDARD), {
${bytes}
}};
}

}  // namespace detail
}  // namespace erm
// NOLINTEND
")
file(WRITE "${work}/new" "${text}")
file(RENAME "${work}/new" "${OUTPUT}")
file(REMOVE_RECURSE "${work}")
