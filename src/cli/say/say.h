/* One clear line to the person at the terminal
 *
 * All that the CLI says about itself (never about findings: those are reports) goes through here: one line on stderr,
 * "unfreed: " before it, in one write(2) so that lines of several processes never mix. A line says what is wrong,
 * where (file and place) and, when it is not plain, what to do. A closed stderr is no reason to fail.
 */
#ifndef UNFREED_CLI_SAY_H
#define UNFREED_CLI_SAY_H

/* Something is wrong and the work cannot be done. Returns -1, so that callers can write `return say_error(...)`;
 * whoever gets a negative answer forwards it and says nothing more. */
int say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The work goes on, but the person should know. */
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Neither: what was done, when -v asked for it or the verb's result is a line. */
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
