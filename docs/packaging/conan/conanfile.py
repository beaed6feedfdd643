# A recipe for Conan 2, of the tree that it lies in:  conan create docs/packaging/conan
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain
from conan.tools.files import copy, load

required_conan_version = ">=2.0"


class ErmConan(ConanFile):
    name = "erm"
    description = "Experiment results manager: log runs, keep them in a directory tree, compare them on one page"
    license = "MIT"
    topics = ("experiment-tracking", "machine-learning", "simulation")
    settings = "os", "arch", "compiler", "build_type"
    options = {"compiled": [True, False], "s3": [True, False], "fPIC": [True, False]}
    default_options = {"compiled": False, "s3": False, "fPIC": True}
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        text = load(self, os.path.join(self._root, "include", "erm", "version.hpp"))
        self.version = re.search(r'version\[\] = "([^"]+)"', text).group(1)

    def export_sources(self):
        for name in ("CMakeLists.txt", "LICENSE", "include/*", "examples/erm.cpp", "docs/packaging/*"):
            copy(self, name, self._root, self.export_sources_folder)

    def config_options(self):
        if self.settings.os == "Windows":
            del self.options.fPIC

    def requirements(self):
        self.requires("nlohmann_json/[>=3.11 <4]", transitive_headers=True)
        self.requires("fmt/[>=9 <13]", transitive_headers=True, transitive_libs=True)
        if self.options.s3:
            self.requires("libcurl/[>=7.66 <9]", transitive_headers=True, transitive_libs=True)
            self.requires("openssl/[>=1.1 <4]", transitive_headers=True, transitive_libs=True)

    def package_id(self):
        if not self.info.options.compiled:
            self.info.clear()  # headers

    def validate(self):
        check_min_cppstd(self, 17)
        if self.options.compiled and self.options.s3:
            raise ConanInvalidConfiguration("with compiled=True, compile erm/impl/s3.inl in a file of your own, and leave s3 out")

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for option, value in (("ERM_BUILD_TESTS", False), ("ERM_BUILD_EXAMPLES", False), ("ERM_INSTALL_COMMAND", False),
                              ("ERM_COMPILED", bool(self.options.compiled)), ("ERM_FETCH_DEPENDENCIES", "OFF"),
                              ("ERM_S3", "OFF")):
            toolchain.cache_variables[option] = value
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "erm")
        self.cpp_info.set_property("cmake_target_name", "erm::erm")
        self.cpp_info.set_property("cmake_build_modules", [os.path.join("lib", "cmake", "erm", "record-build.cmake")])
        self.cpp_info.set_property("pkg_config_name", "erm")
        self.cpp_info.bindirs = []
        if self.options.compiled:
            self.cpp_info.libs = ["erm_compiled"]
            self.cpp_info.defines = ["ERM_COMPILED"]
        else:
            self.cpp_info.libdirs = []
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread", "dl"]
