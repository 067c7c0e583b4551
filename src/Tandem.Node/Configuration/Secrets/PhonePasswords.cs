using System.Security.Cryptography;
using System.Text;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>
/// Passwords drawn for phones whose configuration names none, in <c>phone-passwords</c> of the data directory, one
/// <c>USER PASSWORD</c> a line: a file that is applied again keeps them.
/// </summary>
public sealed class PhonePasswords
{
    // Without letters that are taken for each other when read aloud or typed: 12 of these 55 hold 69 bits.
    const string Letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    const int Length = 12;

    readonly string _path;
    readonly SortedDictionary<string, string> _passwords = new(StringComparer.Ordinal);
    readonly List<string> _drawn = [];

    PhonePasswords(string path) => _path = path;

    /// <exception cref="InvalidDataException">A line holds no user and password.</exception>
    public static PhonePasswords Open(string dataDirectory)
    {
        var passwords = new PhonePasswords(Path.Combine(dataDirectory, "phone-passwords"));
        if (!File.Exists(passwords._path)) return passwords;
        int line = 0;
        foreach (string text in File.ReadLines(passwords._path))
        {
            line++;
            if (text.Length == 0) continue;
            string[] parts = text.Split(' ');
            if (parts.Length != 2) throw new InvalidDataException($"{passwords._path}:{line}: no user and password; write 'USER PASSWORD' or remove the line");
            passwords._passwords[parts[0]] = parts[1];
        }
        return passwords;
    }

    /// <summary>All that were ever drawn, by user.</summary>
    public IReadOnlyDictionary<string, string> All => _passwords;

    /// <summary>The users whose passwords were drawn since <see cref="Open"/>.</summary>
    public IReadOnlyList<string> Drawn => _drawn;

    /// <summary>The user's password, drawn now when there is none. Call <see cref="Save"/> before the configuration is applied.</summary>
    public string Of(string user)
    {
        if (_passwords.TryGetValue(user, out string? known)) return known;
        string password = Draw(user);
        _passwords[user] = password;
        _drawn.Add(user);
        return password;
    }

    /// <summary>From the instance's key, so that both sides of a pair draw the same for the same user.</summary>
    string Draw(string user)
    {
        byte[] bytes = HKDF.DeriveKey(HashAlgorithmName.SHA256, Credentials.KeyText(Path.GetDirectoryName(_path)!), 8 * Length, info: Encoding.UTF8.GetBytes($"tandem phone password {user}"));
        var password = new StringBuilder(Length);
        foreach (byte b in bytes)
        {
            // Above the last multiple the first letters would come more often.
            if (b < 256 / Letters.Length * Letters.Length && password.Length < Length) password.Append(Letters[b % Letters.Length]);
        }
        return password.ToString();
    }

    /// <summary>Writes the file when a password was drawn.</summary>
    public void Save()
    {
        if (_drawn.Count == 0) return;
        var text = new StringBuilder();
        foreach ((string user, string password) in _passwords) text.Append(user).Append(' ').Append(password).Append('\n');
        PrivateFile.Write(_path, text.ToString());
    }
}
