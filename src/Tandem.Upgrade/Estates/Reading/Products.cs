using Tandem.Upgrade.Packs;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>The products that there are packs of.</summary>
sealed class Products
{
    readonly Product[] _all;

    Products(IEnumerable<Product> all) => _all = [.. all];

    /// <exception cref="UpgradeException">A pack's file is wrong.</exception>
    public static Products Of(PackLibrary? packs) =>
        new((packs?.Ids.Select(packs.Load) ?? []).GroupBy(static p => p.Product, StringComparer.OrdinalIgnoreCase).Select(static g => new Product(g.Key, [.. g])));

    public IReadOnlyList<Product> All => _all;

    /// <summary>By its name, a pack's id or how ids begin (<c>icm</c>); after telling that it is none of them the one that was meant by its letters, or the unknown product.</summary>
    public Product Read(Field? field)
    {
        if (field?.Text("name the product") is not { } text) return Product.Unknown("");
        if (_all.Length == 0) return Product.Unknown(text);
        Product[] found = [.. _all.Where(p => p.IsCalled(text))];
        if (found.Length == 1) return found[0];
        Product? typed = NearestName.Of(text, _all.SelectMany(static p => p.Calls)) is { } name ? Array.Find(_all, p => p.IsCalled(name)) : null;
        field.Reject($"unknown product '{text}'", (typed ?? WithMostWordsOf(text)) is { } near
            ? $"did you mean '{near.Name}' ({near.PackIds})?"
            : $"there are packs of {string.Join(", ", _all.Select(static p => $"{p.Name} ({p.PackIds})"))}");
        // The rest is read as if it were spelled right, so that what else is wrong is told too.
        return typed ?? Product.Unknown(text);
    }

    Product? WithMostWordsOf(string text) => _all.MaxBy(p => p.WordsIn(text)) is { } most && most.WordsIn(text) > 0 ? most : null;
}

/// <summary>What all packs of a product know together.</summary>
sealed class Product(string name, IReadOnlyList<Pack> packs)
{
    static readonly char[] s_betweenWords = [' ', '-', '.', '_'];

    public static Product Unknown(string name) => new(name, []);

    public string Name => name;
    public IReadOnlyList<Pack> Packs => packs;
    public bool IsKnown => packs.Count > 0;
    public string PackIds => string.Join(", ", packs.Select(static p => p.Id));

    public IReadOnlyDictionary<string, Role> Roles { get; } =
        packs.SelectMany(static p => p.Roles).DistinctBy(static r => r.Key).ToDictionary(static r => r.Key, static r => r.Value, StringComparer.Ordinal);

    public ILookup<string, Policy> Policies { get; } = packs.SelectMany(static p => p.Policies).ToLookup(static p => p.Key, static p => p.Value, StringComparer.Ordinal);

    public IReadOnlyList<string> Components { get; } =
        [.. packs.SelectMany(static p => p.Roles.Values).SelectMany(static r => r.Software).Select(static s => s.Component).Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> SavedItems { get; } = [.. packs.SelectMany(static p => p.Saves).Select(static s => s.Id).Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> PeripheralKinds { get; } = [.. packs.SelectMany(static p => p.Peripherals).Select(static p => p.Id).Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> Stages { get; } =
        [.. packs.SelectMany(static p => p.Order).SelectMany(static s => new[] { s.Id, s.Changes }).Distinct(StringComparer.Ordinal)];

    /// <summary>What people may write for it.</summary>
    public IEnumerable<string> Calls => packs.Select(static p => p.Id).Prepend(name);

    public bool IsCalled(string text) =>
        text.Equals(name, StringComparison.OrdinalIgnoreCase)
        || packs.Any(p => p.Id.Equals(text, StringComparison.OrdinalIgnoreCase) || p.Id.StartsWith($"{text}-", StringComparison.OrdinalIgnoreCase));

    public int WordsIn(string text)
    {
        string[] own = [.. Calls.SelectMany(static c => c.Split(s_betweenWords, StringSplitOptions.RemoveEmptyEntries))];
        return text.Split(s_betweenWords, StringSplitOptions.RemoveEmptyEntries).Count(word => own.Contains(word, StringComparer.OrdinalIgnoreCase));
    }

    public string GroupOf(string role) => Roles.TryGetValue(role, out Role? known) ? known.Group : "";

    public bool IsSided(string role) => Roles.TryGetValue(role, out Role? known) && known.Sided;
}
