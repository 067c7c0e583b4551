using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Readiness;

/// <summary>A component's version as people write it: <c>windows-nt 4.0 SP6a</c> is the product windows-nt in version 4.0 SP6a; <c>10.5</c> names no product.</summary>
readonly record struct ComponentVersion(string Product, string Version)
{
    public static ComponentVersion Of(string text)
    {
        string[] words = text.Trim().Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return new("", "");
        bool isProduct = char.IsLetter(words[0][0]) && !words[0].StartsWith("SP", StringComparison.OrdinalIgnoreCase);
        return isProduct ? new(words[0].ToLowerInvariant(), words.Length > 1 ? words[1] : "") : new("", text.Trim());
    }

    /// <summary>Is of the product that is asked for; where no product is asked for, any is right.</summary>
    public bool IsProduct(string product) => product.Length == 0 || Product.Equals(product, StringComparison.OrdinalIgnoreCase);

    /// <summary>Letters count: SP6a is not SP6. Letter case, blanks and zeros at the end do not.</summary>
    public bool Meets(ComponentVersion accepted, bool orLater)
    {
        if (!IsProduct(accepted.Product)) return false;
        if (Version.Length == 0 || !Version.Any(char.IsDigit)) return accepted.Version.Length == 0;
        int order = Releases.Compare(Version, accepted.Version);
        return order == 0 ? Letters(Version) == Letters(accepted.Version) || (orLater && Letters(accepted.Version).Length == 0) : orLater && order > 0;
    }

    static string Letters(string version) => string.Concat(version.Where(char.IsLetter)).ToLowerInvariant();
}
