#include "libcurl/libcurl.hpp"

#include "base/assert.hpp"

#include <dlfcn.h>

#include <bit>
#include <string>

namespace iii::libcurl {
namespace {

struct Loaded {
  Functions api;
  std::string problem;
};

template <class Function>
void find(Loaded& loaded, void* library, const char* name, Function& function) {
  void* const found = ::dlsym(library, name);
  if (found == nullptr && loaded.problem.empty()) {
    loaded.problem = std::string("libcurl.so.4 has no ") + name;
  }
  function = std::bit_cast<Function>(found);
}

Loaded load() {
  Loaded loaded;
  void* const library = ::dlopen("libcurl.so.4", RTLD_NOW);
  if (library == nullptr) {
    loaded.problem = ::dlerror();
    return loaded;
  }
  Functions& api = loaded.api;
  find(loaded, library, "curl_easy_cleanup", api.easy_cleanup);
  find(loaded, library, "curl_easy_getinfo", api.easy_getinfo);
  find(loaded, library, "curl_easy_init", api.easy_init);
  find(loaded, library, "curl_easy_setopt", api.easy_setopt);
  find(loaded, library, "curl_easy_strerror", api.easy_strerror);
  find(loaded, library, "curl_free", api.free);
  find(loaded, library, "curl_global_init", api.global_init);
  find(loaded, library, "curl_multi_add_handle", api.multi_add_handle);
  find(loaded, library, "curl_multi_cleanup", api.multi_cleanup);
  find(loaded, library, "curl_multi_info_read", api.multi_info_read);
  find(loaded, library, "curl_multi_init", api.multi_init);
  find(loaded, library, "curl_multi_perform", api.multi_perform);
  find(loaded, library, "curl_multi_poll", api.multi_poll);
  find(loaded, library, "curl_multi_remove_handle", api.multi_remove_handle);
  find(loaded, library, "curl_multi_setopt", api.multi_setopt);
  find(loaded, library, "curl_multi_wakeup", api.multi_wakeup);
  find(loaded, library, "curl_slist_append", api.slist_append);
  find(loaded, library, "curl_slist_free_all", api.slist_free_all);
  find(loaded, library, "curl_url", api.url);
  find(loaded, library, "curl_url_cleanup", api.url_cleanup);
  find(loaded, library, "curl_url_get", api.url_get);
  find(loaded, library, "curl_url_set", api.url_set);
  return loaded;
}

// For ever: a request may be under way when the program ends.
const Loaded& loaded() {
  static const Loaded& once = *new Loaded(load());
  return once;
}

}  // namespace

const Functions& api() {
  III_ASSERT(loaded().problem.empty(), "libcurl is there");
  return loaded().api;
}

const std::string& problem() {
  return loaded().problem;
}

}  // namespace iii::libcurl
