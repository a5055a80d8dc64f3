#pragma once

#include <colibri/sdk/http_client.hpp>
#include <functional>
#include <memory>
#include <string>

#include "media/media_budget.hpp"
#include "media/media_ref.hpp"

namespace colibri::webhook {

struct MediaLimits {
  std::uint64_t fileBytes = std::uint64_t{16} << 20;    ///< a larger file is left out
  std::uint64_t budgetBytes = std::uint64_t{64} << 20;  ///< of files in memory at a time
  std::string server = "https://mmg.whatsapp.net";      ///< where WhatsApp's clients fetch from
};

/// Fetches files from WhatsApp and opens them.
///
/// [Threading] any thread.
class MediaFetcher {
 public:
  /// As sdk::HttpClient::httpRequest.
  using Request = std::function<colibri_status(colibri_http_request&, sdk::HttpClient::Done)>;
  struct Got {
    std::string base64;        ///< empty: it could not be had
    std::string why;           ///< then; a few words for a header and the log
    MediaBudget::Lease lease;  ///< keep it as long as the file is in memory
    bool busy = false;         ///< nobody was asked: no connection became free
  };
  using Done = std::function<void(Got)>;

  MediaFetcher(MediaLimits limits, std::uint32_t timeoutMs, Request request);

  /// Two tries; to wait for a connection in vain is none. `done` runs once, unless stop() comes
  /// first: here and now, or on a lane.
  void fetch(std::uint64_t instanceKey, MediaRef ref, Done done);
  void stop();

 private:
  struct Job {
    std::uint64_t instanceKey;
    MediaRef ref;
    Done done;
    MediaBudget::Lease lease = nullptr;
    int triesLeft = 2;
  };
  void ask(const std::shared_ptr<Job>& job);
  void answered(const std::shared_ptr<Job>& job, const colibri_http_answer& answer);

  const MediaLimits limits_;
  const std::uint32_t timeoutMs_;
  const Request request_;
  const std::shared_ptr<MediaBudget> budget_;
};

}  // namespace colibri::webhook
