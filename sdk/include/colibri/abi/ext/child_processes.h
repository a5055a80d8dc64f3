/* colibri/abi/ext/child_processes.h -- child processes that run as another user than the host.
 *
 * Purpose: a child that talks with strangers must not be able to look into the host, nor into the host's files. Only
 * whoever was started as root can give it another user, and that is the host, if anybody.
 * Threads: [any], never later than stop(). Ownership: what start is given is borrowed; the child is a child of this
 * process, and whoever started it waits for it (waitpid). The host ends it when this process ends.
 * Errors: E_UNSUPPORTED = the host has no user for children: start them yourself; E_UNAVAILABLE = it did not work;
 * E_INVALID_ARGUMENT = nothing to run, or more than 60 KB of arguments and variables. */
#ifndef COLIBRI_ABI_EXT_CHILD_PROCESSES_H
#define COLIBRI_ABI_EXT_CHILD_PROCESSES_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_CHILD_PROCESSES "colibri.child-processes/1"

typedef struct colibri_child_spec {
  uint32_t struct_size;
  int32_t socket;                  /* becomes its descriptor 3 */
  int32_t out;                     /* becomes its descriptor 1; 0 is /dev/null, and there are no others */
  int32_t err;                     /* becomes its descriptor 2 */
  const char* const* arguments;    /* null-terminated; [0] is the path of the program */
  const char* const* environment;  /* null-terminated NAME=value; it gets exactly these */
} colibri_child_spec;

typedef struct colibri_host_child_processes {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] It has a process group of its own, / as its folder, no core file, signals as a new program expects them,
   * no way to more rights, and, as far as the kernel has Landlock, none to change a file, look into other processes or
   * signal them. A program that cannot be executed ends it with exit code 127. */
  colibri_status (COLIBRI_CALL* start)(const colibri_host*, const colibri_child_spec*, int64_t* pid,
                                       colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] Sends a signal to a child that was started here and runs; E_NOT_FOUND otherwise. */
  colibri_status (COLIBRI_CALL* signal)(const colibri_host*, int64_t pid, int32_t signal,
                                        colibri_error*) COLIBRI_NOEXCEPT;
} colibri_host_child_processes;
COLIBRI_END_C
#endif
