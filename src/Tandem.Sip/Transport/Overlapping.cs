using System.Net.Sockets;

namespace Tandem.Sip;

static class Overlapping
{
    const int SolSocket = 1, SoReusePort = 15;

    /// <summary>Lets another socket of the same user be bound to the same port (Linux: SO_REUSEPORT). Before the bind.</summary>
    public static void Overlap(this Socket socket)
    {
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
    }
}
