using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class MediaTests
{
    static Estate OrderedOn(int month, int day) => TestEstates.Ready with { Media = new(new LocalDate(2027, month, day), 2, 21) };

    // Needed on Saturday the 16th: Tuesday to Friday are four full business days, so that Monday the 11th is the last.
    [Theory]
    [InlineData(2027, 1, 16, 2027, 1, 11)]
    [InlineData(2027, 1, 18, 2027, 1, 11)]
    [InlineData(2027, 1, 15, 2027, 1, 8)]
    [InlineData(2027, 1, 14, 2027, 1, 7)]
    public void Four_full_business_days_pass_before_the_CDs_are_needed(int year, int month, int day, int byYear, int byMonth, int byDay) =>
        Assert.Equal(new LocalDate(byYear, byMonth, byDay), MediaDates.OrderBy(new LocalDate(year, month, day), 4));

    [Fact]
    public void Not_ordered_is_not_ready_and_says_the_last_day()
    {
        Finding found = (TestEstates.Ready with { Media = null }).Worst("media");
        Assert.Equal(Verdict.NotReady, found.Verdict);
        Assert.Contains("2027-01-11", found.Evidence.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Ordered_too_late_is_not_ready() => Assert.Equal(Verdict.NotReady, OrderedOn(1, 12).Worst("media").Verdict);

    [Fact]
    public void Ordered_on_the_last_day_passes() => Assert.Equal(Verdict.Pass, OrderedOn(1, 11).Worst("media").Verdict);

    [Fact]
    public void Ordered_more_than_two_weeks_before_is_told_for_the_hotfixes() => Assert.Equal(Verdict.Warn, OrderedOn(1, 1).Worst("media").Verdict);

    [Fact]
    public void Four_calendar_days_are_enough_where_the_estate_reads_the_guide_so() =>
        Assert.Equal(new DateOnly(2027, 1, 12), Line(OrderedOn(1, 5).Choosing("media-lead", "3-4-days")).OrderBy);

    [Fact]
    public void The_list_of_materials_has_two_sets_with_their_days()
    {
        MaterialLine line = Line(TestEstates.Ready with { Media = null });
        Assert.Equal(("0 sets", "2 sets", "2 sets"), (line.Have, line.Need, line.Buy));
        Assert.Equal((new DateOnly(2027, 1, 2), new DateOnly(2027, 1, 11)), (line.OrderFrom, line.OrderBy));
        Assert.Equal("", Line(TestEstates.Ready).Buy);
    }

    static MaterialLine Line(Estate estate) => estate.Judged().Materials.Single(static m => m.Item.Contains("CD", StringComparison.Ordinal));
}
