#include "store/postgres/target.hpp"

#include <gmock/gmock.h>

#include <map>

namespace colibri::store::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::map<std::string, std::string> parametersOf(const std::string& uri) {
  const auto target = Target::parse(uri);
  EXPECT_TRUE(target) << uri << ": " << target.error().message;
  if (!target) return {};
  return {target->parameters.begin(), target->parameters.end()};
}

std::string refusal(const std::string& uri) {
  const auto target = Target::parse(uri);
  EXPECT_FALSE(target) << uri;
  if (target) return "";
  EXPECT_EQ(target.error().code, Errc::invalidArgument);
  return target.error().message;
}

TEST(Target, ReadsTheUrisOfTheManualAndTheSchema) {
  auto p =
      parametersOf("postgresql://ana:s%20e%40c@db.example:5433/gate?schema=wa&sslmode=require");
  EXPECT_EQ(p["user"], "ana");
  EXPECT_EQ(p["password"], "s e@c");
  EXPECT_EQ(p["host"], "db.example");
  EXPECT_EQ(p["port"], "5433");
  EXPECT_EQ(p["dbname"], "gate");
  EXPECT_EQ(p["sslmode"], "require");
  EXPECT_FALSE(p.contains("schema"));
  EXPECT_EQ(Target::parse("postgres://h/d?schema=wa")->schema, "wa");
  EXPECT_EQ(Target::parse("postgres://a:b@h/d")->password, "b");
}

TEST(Target, TakesSocketsSeveralHostsAndAddressesOfVersion6) {
  EXPECT_EQ(parametersOf("postgres://u:p@%2Fvar%2Frun%2Fpg/d")["host"], "/var/run/pg");
  EXPECT_EQ(parametersOf("postgres:///d?host=/var/run/pg")["host"], "/var/run/pg");
  EXPECT_EQ(parametersOf("postgres://one:1,two:2/d?target_session_attrs=any")["port"], "1,2");
  EXPECT_EQ(parametersOf("postgres://[::1]:7/d")["host"], "::1");
}

TEST(Target, WithoutASchemaItIsPublic) {
  EXPECT_EQ(Target::parse("postgresql://h/d")->schema, "public");
  EXPECT_EQ(Target::parse("postgresql://u:p@h/d?sslmode=disable")->schema, "public");
}

TEST(Target, ASchemaMayHaveAnyNameThatIsOne) {
  EXPECT_EQ(Target::parse("postgres://h/d?schema=My%20%22odd%22%20Sch%C3%A9ma")->schema,
            "My \"odd\" Sch\xC3\xA9ma");
  EXPECT_EQ(Target::parse("postgres://h/d?schema=" + std::string(63, 'x'))->schema.size(), 63u);
  for (const std::string name : {"", "%00", "%FF", "%zz", "%4", "pg_x", "information_schema"})
    EXPECT_THAT(refusal("postgres://h/d?schema=" + name), HasSubstr("schema")) << name;
  EXPECT_THAT(refusal("postgres://h/d?schema=" + std::string(64, 'x')), HasSubstr("63 bytes"));
}

TEST(Target, AQuestionMarkInThePasswordIsNoParameter) {
  const auto target = Target::parse("postgres://u:what?schema=no@h/d?schema=yes");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->password, "what?schema=no");
  EXPECT_EQ(target->schema, "yes");
}

TEST(Target, RefusesWhatIsNoUriWithASentenceThatShowsWhatIsAllowed) {
  for (const std::string uri :
       {"", "mysql://u:secret@h/d", "host=h password=secret", "postgres:/h", "POSTGRES://h/d"}) {
    EXPECT_THAT(refusal(uri), StartsWith("is not the URI of a PostgreSQL database, allowed: "));
  }
}

TEST(Target, NamesAParameterThatPostgresDoesNotKnow) {
  EXPECT_THAT(refusal("postgres://h/d?sslmod=require"), StartsWith("sslmod is not a parameter"));
  EXPECT_THAT(refusal("postgres://h/d?connection_limit=5"), HasSubstr("connection_limit"));
  EXPECT_THAT(refusal("postgres://h/d?sslmode"), HasSubstr("name=value"));
}

TEST(Target, RefusesAPooler) {
  EXPECT_THAT(refusal("postgres://u:p@h/d?pgbouncer=true"), HasSubstr("pooler"));
}

TEST(Target, NeverShowsThePassword) {
  for (const std::string uri :
       {"postgres://u:secret%zz@h/d", "postgres://u:secret@[::1/d", "postgres://u:secret@h:x:y/d",
        "postgres://u:secret@h/d?nope=secret", "postgres://u:secret@h/d?sslmode=%secret",
        "postgres://u:secret@h]/d?sslmode=require&=secret", "postgresql:/u:secret@h/d"}) {
    if (const auto target = Target::parse(uri); !target) {
      EXPECT_THAT(target.error().message, Not(HasSubstr("secret"))) << uri;
    }
  }
}

}  // namespace
}  // namespace colibri::store::postgres
