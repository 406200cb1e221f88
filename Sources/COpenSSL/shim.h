// OpenSSL's hash functions as Swift sees them.
#pragma once

#include <openssl/evp.h>
#include <openssl/sha.h>
