/* Text inside XML */
#ifndef UNFREED_CLI_REPORT_XML_H
#define UNFREED_CLI_REPORT_XML_H

#include <stdio.h>

/* Escaped for element content and for attributes alike. What XML 1.0 cannot hold at all (most control characters,
 * what is not UTF-8) is replaced. */
void xml_text(FILE *out, const char *text);

/* <name>text</name>; nothing where text is NULL. */
void xml_element(FILE *out, const char *name, const char *text);

/* ` name="text"` */
void xml_attribute(FILE *out, const char *name, const char *text);

#endif
