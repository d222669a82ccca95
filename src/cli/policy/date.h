/* Days on which rules and baseline entries expire; a day is counted from 1970-01-01, in UTC */
#ifndef UNFREED_CLI_POLICY_DATE_H
#define UNFREED_CLI_POLICY_DATE_H

/* "YYYY-MM-DD". Negative when it is no such day. */
int date_parse(const char *text, int *ret_day);
int date_today(void);

#endif
