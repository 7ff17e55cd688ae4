# Read by CMake right after llama-cpp-python's project() line. Its CMakeLists.txt forces the cache variable
# LLAMA_BUILD_COMMON on; a normal variable of that name goes before it (policies CMP0077 and CMP0126), so the
# "common" library is left out, and with it the HTTP client and OpenSSL that nothing here may use.
set(LLAMA_BUILD_COMMON OFF)

# GCC's header describes what the instruction ldtilecfg reads as eight bytes of its sixty-four, so the optimizer drops
# the stores of the others and the first product of matrices on a processor with AMX ends the process
# (ggml-org/llama.cpp#20824, #26954; GCC 12 and libggml 0.3.36 of llama-cpp-python, general protection fault). Without
# the macro the AMX kernels are left out, and AVX-512 with VNNI does their work.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" OR CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-U__AMX_INT8__)
endif()
