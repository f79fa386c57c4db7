// tests/tools/json_events_test.cpp
#include "json_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace overlap::get {
namespace {

download_facts some_facts() {
  return {.url = "http://a/b",
          .file = "out/b",
          .status = 200,
          .bytes = 12345,
          .seconds = 1.25,
          .attempts = 2,
          .error = ""};
}

TEST(JsonEvents, TheFieldsOfAnEventAreAnInterface) {
  EXPECT_EQ(start_event(some_facts()), "{\"event\":\"start\",\"url\":\"http://a/b\",\"file\":\"out/b\"}\n");
  EXPECT_EQ(finish_event(some_facts()),
            "{\"event\":\"finish\",\"url\":\"http://a/b\",\"file\":\"out/b\",\"status\":200,\"bytes\":12345,"
            "\"seconds\":1.25,\"attempts\":2,\"error\":null}\n");
  EXPECT_EQ(skip_event(some_facts()), "{\"event\":\"skip\",\"url\":\"http://a/b\",\"file\":\"out/b\"}\n");
}

TEST(JsonEvents, ARetrySaysWhyAndWhen) {
  download_facts facts = some_facts();
  facts.status = 503;
  facts.error = "503 Service Unavailable";
  const auto event = nlohmann::json::parse(retry_event(facts, 0.75));
  EXPECT_EQ(event["event"], "retry");
  EXPECT_EQ(event["error"], "503 Service Unavailable");
  EXPECT_EQ(event["status"], 503);
  EXPECT_EQ(event["attempts"], 2);
  EXPECT_EQ(event["wait_seconds"], 0.75);
}

TEST(JsonEvents, WithoutAnAnswerTheStatusIsNull) {
  download_facts facts = some_facts();
  facts.status = 0;
  facts.error = "connection refused";
  EXPECT_TRUE(nlohmann::json::parse(finish_event(facts))["status"].is_null());
}

TEST(JsonEvents, WhateverIsInATextItIsOneLineOfJson) {
  download_facts facts = some_facts();
  facts.file = "quote\" back\\slash\nline\ttab\x01 \xFF\xFE gr\u00FCn";
  facts.error = std::string("zero\0byte", 9);
  const std::string line = finish_event(facts);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto event = nlohmann::json::parse(line);
  EXPECT_EQ(event["file"], "quote\" back\\slash\nline\ttab\x01 \uFFFD\uFFFD gr\u00FCn");
  EXPECT_EQ(event["error"].get<std::string>().size(), 9U);
}

TEST(JsonEvents, TheSummaryHasAllCounts) {
  const auto event = nlohmann::json::parse(summary_event({.total = 10,
                                                          .downloaded = 4,
                                                          .skipped = 3,
                                                          .failed = 2,
                                                          .unfinished = 1,
                                                          .retries = 5,
                                                          .bytes = 1'000'000'000'000,
                                                          .seconds = 2.5,
                                                          .exit_code = 130,
                                                          .ended_by = "SIGINT"}));
  EXPECT_EQ(event["event"], "summary");
  EXPECT_EQ(event["total"], 10);
  EXPECT_EQ(event["downloaded"], 4);
  EXPECT_EQ(event["skipped"], 3);
  EXPECT_EQ(event["failed"], 2);
  EXPECT_EQ(event["unfinished"], 1);
  EXPECT_EQ(event["retries"], 5);
  EXPECT_EQ(event["bytes"], 1'000'000'000'000);
  EXPECT_EQ(event["ended_by"], "SIGINT");
  EXPECT_EQ(event["exit_code"], 130);
}

}  // namespace
}  // namespace overlap::get
