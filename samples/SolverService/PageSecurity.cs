namespace Hrm.Samples.SolverService;

/// <summary>Response headers that let the page run and load only files of this service.</summary>
internal sealed class PageSecurity(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // Set late, because an error clears the headers of its response.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            return Task.CompletedTask;
        });
        return next(context);
    }
}
