using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tandem.Upgrade.Running;

/// <summary>
/// A file that was flushed is on the disk, its name perhaps not: the folder has to be flushed as well (fsync(2)), which .NET does
/// not offer. Windows writes names through by itself.
/// </summary>
static class FolderDisk
{
    /// <exception cref="IOException">It cannot be told that the names are on the disk.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = open(folder, 0);
        if (handle < 0) throw Failed("open", folder);
        using var folderHandle = new SafeFileHandle(handle, ownsHandle: true);
        if (fsync(folderHandle) != 0) throw Failed("fsync", folder);
    }

    static IOException Failed(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{path}: {call}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [DllImport("libc", SetLastError = true)] static extern int fsync(SafeFileHandle file);
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
