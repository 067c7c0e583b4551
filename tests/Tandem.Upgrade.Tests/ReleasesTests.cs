using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Tests;

public sealed class ReleasesTests
{
    [Theory]
    [InlineData("4.5.2", "4.5.x", true)]
    [InlineData("4.5.2", "4.5", true)]
    [InlineData("4.5", "4.5.x", true)]
    [InlineData("4.5.x", "4.5.x", true)]
    [InlineData("4.1.3", "4.5.x", false)]
    [InlineData("3.0", "3.x", true)]
    [InlineData("4", "4.5", false)]
    public void A_release_is_of_a_pattern(string release, string pattern, bool isOf) => Assert.Equal(isOf, Releases.IsOf(release, pattern));

    [Theory]
    [InlineData("5.5 SP2", "5.5 SP1", 1)]
    [InlineData("6.0", "5.5 SP2", 1)]
    [InlineData("4.0 SP6a", "4.0 SP6A", 0)]
    [InlineData("10.5", "9.2", 1)]
    public void Versions_are_compared_number_by_number(string a, string b, int order) => Assert.Equal(order, Math.Sign(Releases.Compare(a, b)));
}
