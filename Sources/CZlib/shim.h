// The decompressor as Swift sees it, which knows no macros with arguments.
#pragma once

#include <zlib.h>

// For streams with the header of gzip or of zlib itself.
static inline int inflateBeginAny(z_stream *stream) { return inflateInit2(stream, 15 + 32); }
