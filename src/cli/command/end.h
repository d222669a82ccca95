/* Ending as the program ended */
#ifndef UNFREED_CLI_COMMAND_END_H
#define UNFREED_CLI_COMMAND_END_H

/* Die of the signal that the program died of, so that whoever waits for us sees what it would have seen; no core, as
 * the program has left one if there is to be one. Returns 128 + signal only if the signal cannot kill us. */
int end_by_signal(int signal);

#endif
