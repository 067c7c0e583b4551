using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Tests.Centre;

public sealed class ValueTests
{
    [Theory]
    [InlineData(1, 1, 0, "1-1")]
    [InlineData(127, EntityId.PositionMax, 16383, "127-4398046511103-16383")]
    [InlineData(3, 4711, 2, "3-4711-2")]
    public void An_id_is_written_and_read_back(int generation, long position, int ordinal, string text)
    {
        long id = EntityId.Pack(generation, position, ordinal);
        Assert.True(id > 0);
        Assert.Equal(text, EntityId.Format(id));
        Assert.True(EntityId.TryParse(text, out long read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData("")] [InlineData("1")] [InlineData("1-")] [InlineData("-1-1")] [InlineData("128-1")] [InlineData("1-4398046511104")]
    [InlineData("1-1-16384")] [InlineData("1-1-1-1")] [InlineData("1-1-1-1-1")] [InlineData(" 1-1")] [InlineData("a-b")] [InlineData("1-99999999999999999999")]
    public void What_is_no_id_is_not_read_as_one(string text) => Assert.False(EntityId.TryParse(text, out _));

    [Fact]
    public void Ids_of_later_entries_are_greater() => Assert.True(EntityId.Pack(1, 2, 0) > EntityId.Pack(1, 1, EntityId.OrdinalMax));

    [Theory]
    [InlineData("1 + 2 * 3", "7")] [InlineData("(1 + 2) * 3", "9")] [InlineData("7 / 2", "3")] [InlineData("-7 / 2", "-3")] [InlineData("7 % 0", "")]
    [InlineData("7 / 0", "")] [InlineData("-9223372036854775807 - 1", "-9223372036854775808")] [InlineData("9223372036854775807 + 1", "-9223372036854775808")]
    [InlineData("(-9223372036854775807 - 1) / -1", "-9223372036854775808")] [InlineData("10 > 9", "1")] [InlineData("'10' < '9'", "0")] [InlineData("'a10' < 'a9'", "1")]
    [InlineData("'007' == '7'", "0")] [InlineData("'+49' == '49'", "0")] [InlineData("'0' == 0", "1")] [InlineData("'-0' == 0", "0")] [InlineData("'a' + 1", "a1")]
    [InlineData("a == 'x' && b", "1")] [InlineData("!missing", "1")] [InlineData("missing || 0", "0")] [InlineData("'030123' starts '030'", "1")]
    [InlineData("queued(sales) - ready('sales')", "4")] [InlineData("waited() >= 30", "1")] [InlineData("queued(nowhere)", "0")] [InlineData("true && !false", "1")]
    [InlineData("1\n +\t2", "3")] [InlineData("- - 3", "3")] [InlineData("-'x'", "")] [InlineData("99999999999999999999 > 1", "1")]
    public void Expressions_have_whole_numbers_and_texts(string text, string value) =>
        Assert.Equal(value, Expression.Compile(text, out string error)?.Evaluate(new Scope()) ?? error);

    [Theory]
    [InlineData("", "column 1: something is missing at the end")] [InlineData("1 +", "column 4: something is missing at the end")] [InlineData("(1", "column 3: ')' is missing")]
    [InlineData("1 2", "column 3: '2' was not expected")] [InlineData("a = b", "column 3: '=' was not expected")] [InlineData("'open", "column 1: the quote does not end")]
    [InlineData("waiting(sales)", "column 9: there is no function 'waiting'; there are queued, ready, logged_on, talking and waited")] [InlineData("queued()", "column 8: queued(...) takes the name of a skill group")]
    [InlineData("1.5", "column 2: '.' was not expected")] [InlineData("ä", "column 1: 'ä' was not expected")]
    public void Errors_of_expressions_name_the_column(string text, string error)
    {
        Assert.Null(Expression.Compile(text, out string told));
        Assert.Equal(error, told);
    }

    [Fact]
    public void Expressions_may_be_deep_and_long_within_limits()
    {
        Assert.NotNull(Expression.Compile(new string('(', 32) + "1" + new string(')', 32), out _));
        Assert.Null(Expression.Compile(new string('(', 33) + "1" + new string(')', 33), out string deep));
        Assert.Equal("column 33: nested more than 32 deep", deep);
        Assert.Null(Expression.Compile(new string('!', 40) + "1", out _));
        string sum = string.Join('+', Enumerable.Repeat("1", 500));
        Assert.Equal("500", Expression.Compile(sum, out _)!.Evaluate(new Scope()));
        Assert.Null(Expression.Compile(sum + "+1", out string tooLong));
        Assert.Equal("an expression has at most 1000 characters", tooLong);
    }

    [Theory]
    [InlineData("2026-03-29T00:59:00Z", "2026-03-29 01:59", 6)]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-29 03:00", 6)]
    [InlineData("2026-10-25T00:30:00Z", "2026-10-25 02:30", 6)]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-25 02:30", 6)]
    [InlineData("2026-12-31T23:30:00Z", "2027-01-01 00:30", 4)]
    public void The_clock_of_a_zone_follows_its_changes(string utc, string local, int day)
    {
        LocalTime at = LocalTime.At(Unix(utc), "Europe/Berlin");
        Assert.Equal((local, day), (at.ToString(), at.DayOfWeek));
    }

    [Fact]
    public void Any_wall_time_can_be_read_in_any_zone()
    {
        foreach (long us in new[] { long.MinValue, -1, 0, long.MaxValue })
            foreach (string zone in new[] { "Pacific/Kiritimati", "Pacific/Pago_Pago", "Nowhere/At_All", "" }) _ = LocalTime.At(us, zone).ToString();
    }

    [Theory]
    [InlineData("2026-07-03T21:59:00Z", false)] [InlineData("2026-07-03T22:00:00Z", true)] [InlineData("2026-07-04T05:59:00Z", true)]
    [InlineData("2026-07-04T06:00:00Z", false)] [InlineData("2026-07-03T05:00:00Z", false)] [InlineData("2026-07-04T23:00:00Z", false)]
    public void A_period_over_midnight_belongs_to_the_day_on_which_it_begins(string utc, bool open) =>
        Assert.Equal(open, LocalTime.At(Unix(utc), "UTC").IsIn(new Period { Days = 1 << 4, FromMinute = 22 * 60, ToMinute = 6 * 60 }));

    static long Unix(string utc) => DateTimeOffset.Parse(utc).ToUnixTimeMilliseconds() * 1000;

    sealed class Scope : IExpressionScope
    {
        public string Variable(string name) => name switch { "a" => "x", "b" => "yes", _ => "" };
        public long? GroupFigure(string function, string group) => group == "sales" ? function == "queued" ? 7 : 3 : null;
        public long WaitedSeconds => 30;
    }
}
