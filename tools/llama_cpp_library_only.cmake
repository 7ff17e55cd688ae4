# Read by CMake right after llama-cpp-python's project() line. Its CMakeLists.txt forces the cache variable
# LLAMA_BUILD_COMMON on; a normal variable of that name goes before it (policies CMP0077 and CMP0126), so the
# "common" library is left out, and with it the HTTP client and OpenSSL that nothing here may use.
set(LLAMA_BUILD_COMMON OFF)
