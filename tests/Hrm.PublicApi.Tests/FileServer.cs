using System.Net;

namespace Hrm.PublicApi.Tests;

/// <summary>Gives one file on loopback, and counts who asks.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private int _requests;

    public FileServer(string path)
    {
        // A port of the system's choice: bound once to learn its number.
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/{Path.GetFileName(path)}";
        }

        _listener.Prefixes.Add(Address[..(Address.LastIndexOf('/') + 1)]);
        _listener.Start();
        _serving = ServeAsync(File.ReadAllBytes(path));
    }

    public string Address { get; }

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose()
    {
        _listener.Close();
        _serving.GetAwaiter().GetResult();
    }

    private async Task ServeAsync(byte[] content)
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                Interlocked.Increment(ref _requests);
                context.Response.ContentLength64 = content.Length;
                await context.Response.OutputStream.WriteAsync(content);
                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
