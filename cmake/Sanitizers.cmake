# COLIBRI_SANITIZE=address,undefined | thread: flags for everything we compile, our plugins included.
if(COLIBRI_SANITIZE)
  add_compile_options(-fsanitize=${COLIBRI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COLIBRI_SANITIZE})
endif()
