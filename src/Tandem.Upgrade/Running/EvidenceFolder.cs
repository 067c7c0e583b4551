using System.Globalization;
using System.Security.Cryptography;

namespace Tandem.Upgrade.Running;

/// <summary>A file that was kept: its name within the plan's folder, with its hash.</summary>
public sealed record KeptFile(string Name, string Sha256, long Bytes);

/// <summary>`evidence/NNNN-name`, where NNNN is the number of the line that names it.</summary>
static class EvidenceFolder
{
    const string Name = "evidence";

    /// <summary>A name that is free; nothing is ever overwritten.</summary>
    public static string Free(string folder, int number, string name)
    {
        Directory.CreateDirectory(Path.Combine(folder, Name));
        string safe = string.Concat(Path.GetFileName(name).Select(static c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        if (safe.Length == 0) safe = "file";
        string first = string.Create(CultureInfo.InvariantCulture, $"{Name}/{number:0000}-{safe}");
        string free = first;
        // A crash may have left one of that name.
        for (int i = 2; File.Exists(Path.Combine(folder, free)); i++) free = string.Create(CultureInfo.InvariantCulture, $"{Name}/{number:0000}-{i}-{safe}");
        return free;
    }

    public static KeptFile Copy(string folder, int number, string source)
    {
        string name = Free(folder, number, source);
        using (FileStream from = File.OpenRead(source))
        using (var to = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write))
        {
            from.CopyTo(to);
            to.Flush(flushToDisk: true);
        }
        return Describe(folder, name);
    }

    /// <summary>Of a file that is there; when it returns, its name is on the disk, too.</summary>
    public static KeptFile Describe(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        FolderDisk.Flush(Path.Combine(folder, Name));
        return new KeptFile(name, HashOf(path), new FileInfo(path).Length);
    }

    public static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public static IEnumerable<string> FilesIn(string folder)
    {
        string path = Path.Combine(folder, Name);
        return Directory.Exists(path) ? Directory.GetFiles(path).Select(static f => $"{Name}/{Path.GetFileName(f)}").Order(StringComparer.Ordinal) : [];
    }
}
