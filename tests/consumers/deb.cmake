# Makes a Debian package of the build in BUILD_DIR, installs it in a root of its own, and looks into it:
#   cmake -DBUILD_DIR= -DWORK_DIR= -DVERSION= -DARCHITECTURE= -P deb.cmake
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR}/root/var/lib/dpkg/info ${WORK_DIR}/root/var/lib/dpkg/updates)
file(WRITE ${WORK_DIR}/root/var/lib/dpkg/status "")
file(WRITE ${WORK_DIR}/root/var/lib/dpkg/available "")

include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

run(ignored ${CMAKE_CPACK_COMMAND} -G DEB --config ${BUILD_DIR}/CPackConfig.cmake -B ${WORK_DIR})
set(package ${WORK_DIR}/liberm-dev_${VERSION}_${ARCHITECTURE}.deb)
run(fields dpkg-deb --field ${package})
foreach(wanted "Package: liberm-dev" "Version: ${VERSION}" "Architecture: ${ARCHITECTURE}"
        "Depends: nlohmann-json3-dev \\(>= 3\\.11\\), libfmt-dev \\(>= 9\\)" "Section: libdevel")
  if(NOT fields MATCHES "${wanted}")
    message(FATAL_ERROR "the package has no '${wanted}':\n${fields}")
  endif()
endforeach()
run(user id -u)
if(user EQUAL 0)
  run(ignored dpkg --root=${WORK_DIR}/root --force-depends --force-script-chrootless --log=${WORK_DIR}/log --install
      ${package})
else()
  run(ignored dpkg-deb --extract ${package} ${WORK_DIR}/root)  # only root may install, be it elsewhere
endif()
foreach(file include/erm/erm.hpp lib/cmake/erm/erm-config.cmake lib/pkgconfig/erm.pc share/licenses/erm/LICENSE)
  if(NOT EXISTS ${WORK_DIR}/root/usr/${file})
    message(FATAL_ERROR "the package installs no /usr/${file}")
  endif()
endforeach()
file(GLOB_RECURSE all RELATIVE ${WORK_DIR}/root/usr ${WORK_DIR}/root/usr/*)
foreach(file IN LISTS all)
  if(NOT file MATCHES "^(include/erm|lib/cmake/erm|lib/pkgconfig|share/licenses/erm)/")
    message(FATAL_ERROR "the package installs /usr/${file}")
  endif()
endforeach()
