/* unfreed: the command line. Everything is in command/. */
#include "cli/command/verb.h"

int main(int argc, char **argv) { return command_main(argc, argv); }
