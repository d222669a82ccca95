/* The report when there is no runner
 *
 * The CLI, where it can be found, is started on the arena's descriptor and does all the rest.
 */
#include "shim/record/report.h"

#include "bare/number.h"
#include "shim/record/plain.h"
#include "shim/record/reporter.h"
#include "shim/self/birth.h"
#include "shim/sys/pages.h"

#include <stddef.h>
#include <string.h>

enum { GATING_STATUS = 23 };

bool report_end(void)
{
        /* One that cannot be reached (it has ended, or is in other namespaces) is no reason to speak up here. */
        if (birth_has_runner() || birth_runner())
                return false;
        static struct reporter reporter PAGES_APART; /* too large for a stack; only one thread ends the process */
        char fd_argument[64];
        reporter.result = 0;
        reporter.out = -1;
        reporter.memfd = birth_memfd();
        int status = -1;
        if (reporter.memfd >= 0 && reporter_find(reporter.path)) {
                memcpy(fd_argument, "--arena-fd=", sizeof "--arena-fd=");
                number_decimal(fd_argument + sizeof "--arena-fd=" - 1, (uint64_t)reporter.memfd);
                char *arguments[] = {reporter.path, "report", fd_argument, NULL};
                memcpy(reporter.argv, arguments, sizeof arguments);
                status = reporter_run(&reporter);
        }
        return status < 0 ? plain_report() : status == GATING_STATUS;
}
