// OpenSSL's hash functions as Swift sees them.
#pragma once

#include <openssl/sha.h>
