#include "blobs/local/check.hpp"

#include "blobs/local/file_reader.hpp"
#include "blobs/local/folder_walk.hpp"
#include "blobs/local/local_store.hpp"

namespace colibri::blobs::local {

Result<Checked> check(const std::string& folder, const crypto::Sealer& sealer) {
  Checked checked;
  const auto blobsKey = sealer.derive(LocalStore::kPurpose);
  const auto walked = walk(folder, [&](const Found& found) {
    if (found.unfinished) {
      ++checked.unfinished;
      return;
    }
    const auto file = FileReader::open(found.path, blobsKey, found.instance, found.id);
    const auto whole = file ? (*file)->check() : Result<void>(file.error());
    if (whole)
      ++checked.sound;
    else if (whole.error().code != Errc::notFound)
      checked.damage.push_back(found.path + ": " + whole.error().message);
  });
  if (!walked) return walked.error();
  return checked;
}

}  // namespace colibri::blobs::local
