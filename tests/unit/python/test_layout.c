/* Which versions are known */
#include "shim/python/layout.h"

#include <criterion/criterion.h>
#include <string.h>

Test(layout, versions_from_3_8_to_3_14_are_known)
{
        for (unsigned minor = 8; minor <= 14; minor++)
                cr_assert_not_null(layout_find(3, minor, false), "3.%u", minor);
        cr_assert_not_null(layout_find(3, 13, true));
}

Test(layout, others_are_not_guessed)
{
        cr_assert_null(layout_find(3, 7, false));
        cr_assert_null(layout_find(3, 15, false));
        cr_assert_null(layout_find(2, 7, false));
        cr_assert_null(layout_find(3, 12, true));
}

Test(layout, a_free_threaded_object_is_longer)
{
        cr_assert_gt(layout_find(3, 13, true)->object_type, layout_find(3, 13, false)->object_type);
}
