using System.Runtime.InteropServices;

namespace Tandem.History.Sqlite;

/// <summary>Which file is at a path: device and inode. Where there are none to be had (not Linux), only whether there is one.</summary>
readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Null: there is no file.</summary>
    public static FileIdentity? Of(string path)
    {
        if (!File.Exists(path)) return null;
        if (!OperatingSystem.IsLinux()) return new FileIdentity(0, 0);
        // struct statx is the same on every architecture, which struct stat is not: stx_ino at 32, stx_dev_major and _minor at 136.
        Span<byte> about = stackalloc byte[256];
        if (StatX(AtWorkingDirectory, path, 0, InodeWanted, ref MemoryMarshal.GetReference(about)) != 0) return null;
        return new FileIdentity(MemoryMarshal.Read<ulong>(about[136..]), MemoryMarshal.Read<ulong>(about[32..]));
    }

    const int AtWorkingDirectory = -100;
    const uint InodeWanted = 0x100;

    [DllImport("libc", EntryPoint = "statx")]
    static extern int StatX(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte about);
}
