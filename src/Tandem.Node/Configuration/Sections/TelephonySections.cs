using Google.Protobuf;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>Phones and trunks.</summary>
static class TelephonySections
{
    public static void ReadPhones(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            if (entry.Names() is not { } names || entry.Map() is not { } map) continue;
            Field? addressField = map.Optional("address");
            Func<int, string>? address = Entries.Along(addressField, names);
            Func<int, string>? password = Entries.Along(map.Optional("password"), names);
            bool external = map.Optional("external-calls")?.Flag() ?? false;
            string[] digests = [.. SettingsSection.ReadDigests(map.Optional("digest-algorithms"))];
            map.Done();

            for (int index = 0; index < Math.Max(1, names.Count); index++)
            {
                reading.Names.Define(Named.Phone, names[index], entry.Body);
                var phone = new Phone { Name = names[index], ExternalCalls = external, DigestAlgorithms = { digests } };
                if (address is not null) phone.Address = FixedAddress(address(index), password is not null, addressField!);
                // A fixed phone without a password is known by its address; any other proves who it is.
                if (address is null || password is not null)
                    phone.SealedCredentials = Seal(phone.Name, password?.Invoke(index), reading);
                reading.Made.Phones.Add(phone);
            }
        }
    }

    public static void ReadTrunks(Field section, Reading reading)
    {
        var claimed = new Dictionary<string, Field>(StringComparer.Ordinal);
        foreach (Entry entry in Entries.Of(section))
        {
            reading.Names.Define(Named.Trunk, entry.Name, entry.Body);
            if (entry.Map() is not { } map) continue;
            var trunk = new Trunk { Name = entry.Name };
            Field? address = map.Required("address", "write where its calls are sent, e.g. 192.0.2.7:5060");
            if (address?.Text() is { } text) trunk.Address = Addresses.ReadTarget(text, address) ?? "";

            foreach (Field source in map.Optional("sources")?.Items() ?? [])
            {
                if (source.Text() is not { } written || Addresses.ReadSource(written, source) is not { } from) continue;
                if (claimed.TryAdd(from, source)) trunk.Sources.Add(from);
                else source.Reject($"'{from}' is a source already at {claimed[from].Place}", "an address can be one trunk's only");
            }
            if (trunk.Sources.Count == 0 && trunk.Address.Length > 0 && !Addresses.IsIp(trunk.Address))
                address!.Reject($"'{trunk.Address}' is a host name, so it does not tell whose calls are this trunk's", "add sources: [IP, …], or write an IP address");

            foreach (Field prefix in map.Optional("prefixes")?.Items() ?? [])
            {
                string digits = prefix.Tree is YamlText any ? any.Value : prefix.Text() ?? "";
                if (digits.Length > 0 && !Labels.IsNumber(digits + "0")) prefix.Reject($"'{digits}' is no prefix of a number", "write digits, with + before an international prefix; \"\" takes all");
                else trunk.Prefixes.Add(digits);
            }
            map.Done();
            reading.Made.Trunks.Add(trunk);
        }
    }

    static string FixedAddress(string text, bool hasPassword, Field where)
    {
        string address = Addresses.ReadTarget(text, where) ?? "";
        if (address.Length > 0 && !hasPassword && !Addresses.IsIp(address))
            where.Reject($"'{address}' is a host name, and a phone without a password is known by its IP address", "write the IP address, or give it a password");
        return address;
    }

    static ByteString Seal(string user, string? password, Reading reading) =>
        reading.Credentials.Seal(user, reading.Made.Instance, password ?? reading.Passwords.Of(user));
}
