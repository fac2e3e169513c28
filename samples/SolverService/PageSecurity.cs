namespace Hrm.Samples.SolverService;

/// <summary>Says to browsers that a page of this service runs nothing and loads nothing that is not its own.</summary>
internal sealed class PageSecurity(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // As late as that: an error starts its response anew.
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
