#include "media/media_fetcher.hpp"

#include <algorithm>
#include <utility>

#include "encoding.hpp"
#include "media/media_cipher.hpp"

namespace colibri::webhook {
namespace {

std::string_view bytesOf(const colibri_buffer* buffer) noexcept {
  return buffer == nullptr
             ? std::string_view()
             : std::string_view(reinterpret_cast<const char*>(buffer->data), buffer->size);
}

/// Gone, or never there: asking again would not help.
bool isFinal(std::uint32_t httpStatus) noexcept {
  return httpStatus >= 400 && httpStatus < 500;
}

}  // namespace

MediaFetcher::MediaFetcher(MediaLimits limits, std::uint32_t timeoutMs, Request request)
    : limits_(std::move(limits)),
      timeoutMs_(timeoutMs),
      request_(std::move(request)),
      budget_(std::make_shared<MediaBudget>(limits_.budgetBytes)) {}

void MediaFetcher::fetch(std::uint64_t instanceKey, MediaRef ref, Done done) {
  if (ref.bytes > limits_.fileBytes) return done({{}, "too large", nullptr});
  const auto bytes = std::max<std::uint64_t>(ref.bytes, 1);
  auto job = std::make_shared<Job>(Job{instanceKey, std::move(ref), std::move(done)});
  budget_->take(bytes, [this, job = std::move(job)](MediaBudget::Lease lease) {
    job->lease = std::move(lease);
    ask(job);
  });
}

void MediaFetcher::stop() {
  budget_->clear();
}

void MediaFetcher::ask(const std::shared_ptr<Job>& job) {
  --job->triesLeft;
  const auto url = limits_.server + job->ref.path;
  auto request = sdk::sized<colibri_http_request>();
  request.flags = COLIBRI_HTTP_F_ALLOW_LISTED;
  request.timeout_ms = timeoutMs_;
  request.max_response_bytes = job->ref.bytes + kMediaOverhead;
  request.instance_key = job->instanceKey;
  request.method = sdk::str("GET");
  request.url = sdk::str(url);
  request_(request, [this, job](const colibri_http_answer& answer) { answered(job, answer); });
}

void MediaFetcher::answered(const std::shared_ptr<Job>& job, const colibri_http_answer& answer) {
  const auto finish = [&](std::string base64, std::string why) {
    job->done({std::move(base64), std::move(why), std::exchange(job->lease, nullptr)});
  };
  if (answer.status == COLIBRI_E_BUSY) return job->done({{}, {}, nullptr, true});
  std::string why =
      answer.status < 0 ? "unreachable" : "HTTP " + std::to_string(answer.http_status);
  if (answer.status == COLIBRI_OK && answer.http_status == 200) {
    if (auto file = openMedia(job->ref, bytesOf(answer.body))) return finish(base64(*file), {});
    why = "not the file of the message";
  }
  if (job->triesLeft > 0 && !isFinal(answer.http_status)) return ask(job);
  finish({}, std::move(why));
}

}  // namespace colibri::webhook
