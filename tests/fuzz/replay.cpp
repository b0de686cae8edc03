// The main function of a fuzz target in builds without libFuzzer: gives it each file of the folders
// named on the command line, whole and cut short. The first is the corpus, which has inputs; what
// once failed is in the others, which may be empty or not there.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count);

namespace {

std::vector<std::uint8_t> read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder)) {
    std::copy(
        std::filesystem::directory_iterator(folder),
        std::filesystem::directory_iterator(),
        std::back_inserter(files)
    );
  }
  std::ranges::sort(files);
  return files;
}

// A copy of exact size, so that AddressSanitizer sees a read of even one byte too many.
void run(const std::uint8_t* bytes, std::size_t count) {
  const std::vector<std::uint8_t> exact(bytes, bytes + count);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t replayed = 0;
  run(nullptr, 0);
  for (int i = 1; i < argc; ++i) {
    const std::vector<std::filesystem::path> files = files_in(argv[i]);
    if (i == 1 && files.empty()) {
      std::fprintf(stderr, "%s has no inputs\n", argv[i]);
      return 1;
    }
    for (const std::filesystem::path& path : files) {
      std::fprintf(stderr, "%s\n", path.c_str());
      const std::vector<std::uint8_t> bytes = read(path);
      run(bytes.data(), bytes.size());
      run(bytes.data(), bytes.size() / 2);
      ++replayed;
    }
  }
  std::printf("replayed %zu inputs\n", replayed);
  return replayed == 0 ? 1 : 0;
}
