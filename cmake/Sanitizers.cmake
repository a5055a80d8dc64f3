# COLIBRI_SANITIZE=address,undefined | thread: flags for everything we compile, our plugins included.
if(COLIBRI_SANITIZE)
  add_compile_options(-fsanitize=${COLIBRI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COLIBRI_SANITIZE})
endif()
# COLIBRI_FUZZ: what libFuzzer watches while it looks for new ways through the code.
if(COLIBRI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
