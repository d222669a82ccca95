/* The style and the script of the HTML report: see html_page.cc */
#ifndef UNFREED_CLI_REPORT_HTML_PAGE_H
#define UNFREED_CLI_REPORT_HTML_PAGE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const char html_style[];
extern const char html_script[];

#ifdef __cplusplus
}
#endif

#endif
