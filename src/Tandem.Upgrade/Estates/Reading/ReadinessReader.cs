using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>People, and what was prepared.</summary>
static class ReadinessReader
{
    static readonly string[] s_customisations = ["custom-report", "database-object", "cti", "application-gateway", "custom-folder"];
    static readonly string[] s_contacts = ["customer", "carrier", "switch-vendor", "tac", "management"];

    public static IReadOnlyList<Engineer> Engineers(Field? field, Names windows)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        List<Engineer> engineers = [];
        foreach (Mapping keys in field.Maps("write name and phone"))
        {
            engineers.Add(new Engineer(
                PersonOnce(keys, names, "engineer"),
                keys.Optional("phone")?.Text() ?? "",
                windows.ReferToAll(keys.Optional("windows")),
                keys.Whole.Line));
            keys.Done();
        }
        return engineers;
    }

    /// <summary>People's names have spaces and more, so that they are no <see cref="Names"/>.</summary>
    static string PersonOnce(Mapping keys, HashSet<string> names, string kind)
    {
        if (keys.Required("name", $"name the {kind}") is not { } field || field.Text() is not { } name) return "";
        if (!names.Add(name)) field.Reject($"there is an {kind} '{name}' already", "name each once");
        return name;
    }

    public static IReadOnlyList<Contact> Contacts(Field? field)
    {
        List<Contact> contacts = [];
        foreach (Mapping keys in field.Maps("write name, role, phone and mail"))
        {
            contacts.Add(new Contact(
                keys.Required("name", "name the contact")?.Text() ?? "",
                keys.Required("role", "write customer, carrier, switch-vendor, tac or management")?.WordLike(s_contacts) ?? "",
                keys.Optional("phone")?.Text() ?? "",
                Mail(keys.Optional("mail")),
                keys.Whole.Line));
            keys.Done();
        }
        return contacts;
    }

    static string Mail(Field? field)
    {
        if (field?.Text() is not { } text) return "";
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at == text.Length - 1 || text.Contains(' ')) field.Reject($"'{text}' is no mail address", "write one such as noc@example.com");
        return text;
    }

    public static IReadOnlyList<Customisation> Customisations(Field? field)
    {
        List<Customisation> customisations = [];
        foreach (Mapping keys in field.Maps("write kind and name"))
        {
            customisations.Add(new Customisation(
                keys.Required("kind", "write what it is, such as custom-report")?.WordLike(s_customisations) ?? "",
                keys.Required("name", "name it")?.Text() ?? "",
                keys.Optional("saved")?.Date(),
                keys.Optional("reviewed")?.Flag() ?? false,
                keys.Whole.Line));
            keys.Done();
        }
        return customisations;
    }

    public static DefaultRoutePlan? DefaultRoutePlan(Field? field)
    {
        if (field?.Map("write in-place and tested") is not { } keys) return null;
        var plan = new DefaultRoutePlan(keys.Optional("in-place")?.Flag() ?? false, keys.Optional("tested")?.Date(), field.Line);
        keys.Done();
        return plan;
    }

    public static Media? Media(Field? field)
    {
        if (field?.Map("write ordered and copies") is not { } keys) return null;
        var media = new Media(keys.Optional("ordered")?.Date(), keys.Optional("copies")?.Integer(0, 1000) ?? 0, field.Line);
        keys.Done();
        return media;
    }

    public static Lab? Lab(Field? field)
    {
        if (field?.Map("write done and meets-requirements") is not { } keys) return null;
        var lab = new Lab(keys.Optional("done")?.Date(), keys.Optional("meets-requirements")?.Flag() ?? false, field.Line);
        keys.Done();
        return lab;
    }

    public static Freeze? Freeze(Field? field)
    {
        if (field?.Map("write from") is not { } keys) return null;
        var freeze = new Freeze(keys.Optional("from")?.Date(), field.Line);
        keys.Done();
        return freeze;
    }

    public static IReadOnlyList<OtherUpgrade> OtherUpgrades(Field? field, Product product, Names windows)
    {
        List<OtherUpgrade> upgrades = [];
        foreach (Mapping keys in field.Maps("write component, to, and window or date"))
        {
            upgrades.Add(new OtherUpgrade(
                keys.Required("component", "write what is upgraded, such as sql")?.WordLike(product.Stages) ?? "",
                keys.Required("to", "write the version that it gets")?.Text() ?? "",
                windows.Refer(keys.Optional("window")),
                keys.Optional("date")?.Date(),
                keys.Whole.Line));
            keys.Done();
        }
        return upgrades;
    }
}
