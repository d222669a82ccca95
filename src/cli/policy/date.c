/* Days on which rules and baseline entries expire: see date.h */
#include "cli/policy/date.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY_SECONDS = 86400 };

int date_parse(const char *text, int *ret_day)
{
        static const char shape[] = "dddd-dd-dd";
        if (strlen(text) != strlen(shape))
                return -1;
        for (size_t i = 0; shape[i]; i++)
                if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
                        return -1;
        struct tm tm = { 0 };
        sscanf(text, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
        struct tm asked = tm;
        tm.tm_year -= 1900;
        tm.tm_mon -= 1;
        time_t seconds = timegm(&tm);
        /* 2027-02-31 becomes a day in March, which is not what was written */
        if (tm.tm_year != asked.tm_year - 1900 || tm.tm_mon != asked.tm_mon - 1 || tm.tm_mday != asked.tm_mday)
                return -1;
        *ret_day = (int)(seconds / DAY_SECONDS);
        return 0;
}

int date_today(void) { return (int)(time(NULL) / DAY_SECONDS); }
