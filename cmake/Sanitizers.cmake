# COLIBRI_SANITIZE=address,undefined | thread: flags for everything we compile, our plugins included.
if(COLIBRI_SANITIZE)
  add_compile_options(-fsanitize=${COLIBRI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COLIBRI_SANITIZE})
  if(COLIBRI_SANITIZE MATCHES undefined AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A third of the compile time for what AddressSanitizer reports as well (null) and x86 and AArch64 allow
    # (alignment). The clang build of `tools/test --long` has both.
    add_compile_options(-fno-sanitize=null,alignment)
  endif()
endif()
# COLIBRI_FUZZ: what libFuzzer watches while it looks for new ways through the code.
if(COLIBRI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
