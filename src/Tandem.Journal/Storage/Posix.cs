using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tandem.Journal;

/// <summary>What .NET does not offer: fdatasync, allocation with its error, and a handle on a folder.</summary>
static class Posix
{
    const int NoSpace = 28, QuotaExceeded = 122, Interrupted = 4;

    public static bool IsFull(IOException e) => e.HResult is NoSpace or QuotaExceeded or unchecked((int)0x80070070);

    public static void FlushData(SafeFileHandle file, string path)
    {
        if (fdatasync(file) != 0) throw Failed("fdatasync", path, Marshal.GetLastPInvokeError());
    }

    public static void Flush(SafeFileHandle file, string path)
    {
        if (fsync(file) != 0) throw Failed("fsync", path, Marshal.GetLastPInvokeError());
    }

    /// <exception cref="StorageFullException"/>
    public static void Allocate(SafeFileHandle file, string path, long offset, long length)
    {
        if (length == 0) return;
        int error;
        do error = posix_fallocate(file, offset, length); while (error == Interrupted);
        if (error is NoSpace or QuotaExceeded) throw new StorageFullException(path);
        if (error != 0) throw Failed("posix_fallocate", path, error);
    }

    public static SafeFileHandle OpenFolder(string path)
    {
        int handle = open(path, 0);
        if (handle < 0) throw Failed("open", path, Marshal.GetLastPInvokeError());
        return new SafeFileHandle(handle, ownsHandle: true);
    }

    static IOException Failed(string call, string path, int error) =>
        new($"{path}: {call}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [DllImport("libc", SetLastError = true)] static extern int fdatasync(SafeFileHandle file);
    [DllImport("libc", SetLastError = true)] static extern int fsync(SafeFileHandle file);
    [DllImport("libc")] static extern int posix_fallocate(SafeFileHandle file, long offset, long length);
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
