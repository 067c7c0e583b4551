using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Tandem.Node.Guarding;

/// <summary>
/// The calls of the system that the guardian's loop stands on. .NET's own streams wait on the thread pool and allocate, and
/// what judges a starved node must not wait for a thread of its own.
/// </summary>
static class Posix
{
    public const short In = 1;
    const int Eintr = 4, Eagain = 11;
    const int GetFlags = 3, SetFlags = 4, NonBlocking = 0x800;
    public const int Kill = 9, Terminate = 15;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>How many are ready; 0 after the time, or when a signal came.</summary>
    public static int Poll(PollFd[] descriptors, int count, int timeoutMs)
    {
        for (int i = 0; i < count; i++) descriptors[i].Returned = 0;
        int ready = poll(descriptors, (ulong)count, timeoutMs);
        if (ready < 0 && Marshal.GetLastPInvokeError() != Eintr) throw Failed("poll");
        return Math.Max(ready, 0);
    }

    /// <summary>Bytes read; 0 at the end; -1 when there is nothing now.</summary>
    public static int Read(int descriptor, Span<byte> into)
    {
        while (true)
        {
            nint got = read(descriptor, ref MemoryMarshal.GetReference(into), (nuint)into.Length);
            if (got >= 0) return (int)got;
            int error = Marshal.GetLastPInvokeError();
            if (error == Eagain) return -1;
            // A pipe whose other end is gone, however it went, has ended.
            if (error != Eintr) return 0;
        }
    }

    /// <summary>All of it, or false: the pipe is full or closed.</summary>
    public static bool TryWrite(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint put = write(descriptor, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            if (put < 0 && Marshal.GetLastPInvokeError() == Eintr) continue;
            if (put <= 0) return false;
            bytes = bytes[(int)put..];
        }
        return true;
    }

    public static void DoNotBlock(int descriptor)
    {
        int flags = fcntl(descriptor, GetFlags, 0);
        if (flags < 0 || fcntl(descriptor, SetFlags, flags | NonBlocking) < 0) throw Failed("fcntl");
    }

    public static (int Read, int Write) Pipe()
    {
        int[] ends = new int[2];
        const int closeOnExec = 0x80000;
        if (pipe2(ends, closeOnExec | NonBlocking) < 0) throw Failed("pipe2");
        return (ends[0], ends[1]);
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>False when there is no such process.</summary>
    public static bool Signal(int process, int signal) => kill(process, signal) == 0;

    /// <summary>A descriptor that becomes readable when the process ends (pidfd_open(2), Linux 5.3); -1 where there is none.</summary>
    public static int Watch(int process)
    {
        const int pidfdOpen = 434;
        return (int)syscall(pidfdOpen, process, 0);
    }

    /// <summary>Of the calling thread, on Linux. False when that is not allowed.</summary>
    public static bool SetNice(int nice) => setpriority(0, 0, nice) == 0;

    public static Win32Exception Failed(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [DllImport("libc", SetLastError = true)] static extern int poll([In, Out] PollFd[] descriptors, ulong count, int timeoutMs);
    [DllImport("libc", SetLastError = true)] static extern nint read(int descriptor, ref byte into, nuint length);
    [DllImport("libc", SetLastError = true)] static extern nint write(int descriptor, ref byte from, nuint length);
    [DllImport("libc", SetLastError = true)] static extern int close(int descriptor);
    [DllImport("libc", SetLastError = true)] static extern int fcntl(int descriptor, int command, int value);
    [DllImport("libc", SetLastError = true)] static extern int pipe2([Out] int[] ends, int flags);
    [DllImport("libc", SetLastError = true)] static extern int kill(int process, int signal);
    [DllImport("libc", SetLastError = true)] static extern nint syscall(nint number, nint first, nint second);
    [DllImport("libc", SetLastError = true)] static extern int setpriority(int which, uint who, int nice);
}
